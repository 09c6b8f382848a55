//! A request held against a vendor's description.

use super::spec::{Operation, Spec};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use warroom::integrations::exchange::{Body, Method, Request};

/// Holds a request against the description: its method and path, the names and values of its
/// query, its body. Says which operation it is, as `get /silences`.
///
/// # Errors
/// What is wrong with it, in words for a failed test.
pub(crate) fn check_request(spec: &Spec, request: &Request) -> Result<String, String> {
    let method = match request.method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Delete => "delete",
    };
    if request.path.contains(['?', '#']) || !request.path.is_ascii() {
        return Err(format!("{} is not a path alone, encoded", request.path));
    }
    let (operation, placed) = spec.operation(method, &request.path)?;
    let name = format!("{method} {}", operation.template);
    let within = |error| format!("{name}: {error}");
    check_path(spec, operation, &placed).map_err(within)?;
    check_query(spec, operation, &request.query).map_err(within)?;
    check_body(spec, operation, &request.body).map_err(within)?;
    Ok(name)
}

/// The parameters of an operation that are sent in that place.
fn parameters<'a>(spec: &'a Spec, operation: Operation<'a>, place: &str) -> Vec<&'a Value> {
    let lists = [
        &operation.value["parameters"],
        &operation.shared["parameters"],
    ];
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    all.map(|parameter| spec.resolve(parameter))
        .filter(|parameter| parameter["in"] == place)
        .collect()
}

fn check_path(
    spec: &Spec,
    operation: Operation<'_>,
    placed: &[(&str, String)],
) -> Result<(), String> {
    for (name, encoded) in placed {
        let text = decoded(encoded)?;
        for parameter in parameters(spec, operation, "path") {
            if parameter["name"] == *name {
                fit(spec, &parameter["schema"], &[&text], true)
                    .map_err(|error| format!("{{{name}}}: {error}"))?;
            }
        }
    }
    Ok(())
}

fn check_query(
    spec: &Spec,
    operation: Operation<'_>,
    query: &[(String, String)],
) -> Result<(), String> {
    let parameters = parameters(spec, operation, "query");
    let given = by_name(query);
    for name in given.keys() {
        if !parameters.iter().any(|known| known["name"] == *name) {
            return Err(format!("there is no query parameter {name}"));
        }
    }
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let repeats = parameter["explode"] != json!(false);
        match given.get(name) {
            Some(texts) => fit(spec, &parameter["schema"], texts, repeats)
                .map(drop)
                .map_err(|error| format!("query {name}: {error}"))?,
            None if parameter["required"] == json!(true) => {
                return Err(format!("the query parameter {name} is missing"));
            }
            None => {}
        }
    }
    Ok(())
}

fn check_body(spec: &Spec, operation: Operation<'_>, body: &Body) -> Result<(), String> {
    let described = spec.resolve(&operation.value["requestBody"]);
    let schema = |media: &str| {
        let schema = &described["content"][media]["schema"];
        (!schema.is_null())
            .then_some(schema)
            .ok_or_else(|| format!("it takes no {media}"))
    };
    match body {
        Body::None if described["required"] == json!(true) => Err("it needs a body".to_owned()),
        Body::None => Ok(()),
        Body::Json(text) => {
            let schema = schema("application/json")?;
            let value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
            spec.validate(schema, &value)?;
            no_unknown(spec, schema, &value, "")
        }
        Body::Form(fields) => {
            let schema = schema("application/x-www-form-urlencoded")?;
            let shape = spec.shape(schema);
            let mut object = Map::new();
            for (name, texts) in by_name(fields) {
                let member = shape.members.get(name);
                let member = member.ok_or_else(|| format!("there is no field {name}"))?;
                let value = fit(spec, member, &texts, true)
                    .map_err(|error| format!("field {name}: {error}"))?;
                object.insert(name.to_owned(), value);
            }
            spec.validate(schema, &Value::Object(object))
        }
    }
}

fn by_name(pairs: &[(String, String)]) -> BTreeMap<&str, Vec<&str>> {
    let mut given: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, text) in pairs {
        given.entry(name).or_default().push(text);
    }
    given
}

/// The value that these texts stand for, by a schema: a query and a form carry texts only.
fn fit(spec: &Spec, schema: &Value, texts: &[&str], repeats: bool) -> Result<Value, String> {
    let read = |text: &str| {
        let parsed = serde_json::from_str(text).ok();
        parsed.filter(|value: &Value| value.is_number() || value.is_boolean())
    };
    let mut candidates = Vec::new();
    if let [text] = texts {
        candidates.push(json!(text));
        candidates.extend(read(text));
        if !repeats {
            candidates.push(json!(text.split(',').collect::<Vec<_>>()));
        }
    }
    candidates.push(json!(texts));
    let all: Option<Vec<Value>> = texts.iter().map(|text| read(text)).collect();
    candidates.extend(all.map(Value::Array));
    let mut first_error = None;
    for candidate in candidates {
        match spec.validate(schema, &candidate) {
            Ok(()) => return Ok(candidate),
            Err(error) => _ = first_error.get_or_insert(error),
        }
    }
    Err(first_error.unwrap_or_default())
}

/// Refuses members that the schema does not name: a vendor ignores them, and what they were to say
/// is lost without a word.
fn no_unknown(spec: &Spec, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    match value {
        Value::Object(members) => {
            let shape = spec.shape(schema);
            for (name, value) in members {
                let at = format!("{at}/{name}");
                match shape.members.get(name.as_str()) {
                    Some(member) => no_unknown(spec, member, value, &at)?,
                    None if shape.open => {}
                    None => return Err(format!("there is no member {at}")),
                }
            }
            Ok(())
        }
        Value::Array(items) => {
            let schema = &spec.resolve(schema)["items"];
            let mut numbered = items.iter().enumerate();
            numbered
                .try_for_each(|(no, item)| no_unknown(spec, schema, item, &format!("{at}/{no}")))
        }
        _ => Ok(()),
    }
}

/// A part of a path without its percent signs.
fn decoded(part: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(byte.ok_or_else(|| format!("{part} is not encoded"))?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).map_err(|error| format!("{part}: {error}"))
}
