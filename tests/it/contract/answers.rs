//! What a vendor may answer: the examples of its description, and bodies made from its schemas.

use super::json_answer;
use super::spec::{Operation, Spec};
use serde_json::{Map, Value, json};
use warroom::integrations::exchange::Response;

/// One possible answer.
pub(crate) struct Answer {
    /// Where it is from, for a failed test: `get /rules 200 example alerts`.
    pub(crate) from: String,
    /// The status; 500 where the description says `default`.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Value,
}

impl Answer {
    /// As the server's runner would hand it in.
    pub(crate) fn response(&self) -> Response {
        json_answer(self.status, self.body.to_string())
    }
}

impl Spec {
    /// Every example answer of an operation, by its method in lower case and its path as the
    /// description has it, and made bodies: the least that the schema allows, and the most, with
    /// each of its alternatives. Made bodies are valid, or the test fails.
    pub(crate) fn answers(&self, method: &str, template: &str) -> Vec<Answer> {
        let mut answers = Vec::new();
        for (status, media) in self.described(method, template) {
            let name = format!("{method} {template} {status}");
            let status = status.parse().unwrap_or(500);
            let mut add = |from: String, body: &Value| {
                let body = body.clone();
                answers.push(Answer { from, status, body });
            };
            if let Some(body) = media.get("example") {
                add(format!("{name} example"), body);
            }
            for (title, example) in media["examples"].as_object().into_iter().flatten() {
                let body = &self.resolve(example)["value"];
                add(format!("{name} example {title}"), body);
            }
            let schema = &media["schema"];
            if let Some(body) = self.resolve(schema).get("example") {
                add(format!("{name} example of the schema"), body);
            }
            let made = [(false, 0)]
                .into_iter()
                .chain((0..8).map(|pick| (true, pick)));
            for (full, pick) in made {
                let body = make(self, schema, full, pick, 0);
                let from = format!("{name} made, full {full}, alternatives {pick}");
                let checked = self.validate(schema, &body);
                checked.unwrap_or_else(|error| panic!("{from}: {error}: {body}"));
                add(from, &body);
            }
        }
        answers
    }

    /// The JSON that an operation answers, by status.
    fn described(&self, method: &str, template: &str) -> Vec<(&str, &Value)> {
        let found = self
            .operations()
            .find(|one| one.method == method && one.template == template);
        let Operation { value, .. } =
            found.unwrap_or_else(|| panic!("{} has no {method} {template}", self.name));
        let responses = value["responses"].as_object().into_iter().flatten();
        let described = responses.filter_map(|(status, response)| {
            let content = &self.resolve(response)["content"];
            Some((status.as_str(), content.get("application/json")?))
        });
        described.collect()
    }
}

/// Holds an answer's body against the description.
///
/// # Errors
/// What is wrong with it, in words for a failed test.
pub(crate) fn check_answer(
    spec: &Spec,
    (method, template): (&str, &str),
    status: u16,
    body: &Value,
) -> Result<(), String> {
    let described = spec.described(method, template);
    let status = status.to_string();
    let exact = described.iter().find(|(known, _)| *known == status);
    let other = || described.iter().find(|(known, _)| *known == "default");
    let (_, media) = exact
        .or_else(other)
        .ok_or_else(|| format!("{method} {template} describes no body for {status}"))?;
    spec.validate(&media["schema"], body)
        .map_err(|error| format!("{method} {template} {status}: {error}"))
}

/// A value of a schema: with all its members or the needed ones; `pick` chooses alternatives.
fn make(spec: &Spec, schema: &Value, full: bool, pick: usize, depth: usize) -> Value {
    let schema = spec.resolve(schema);
    // A schema that holds itself ends here: what is not needed is left out further down.
    let full = full && depth < 8;
    let chosen = |list: &Value| {
        let list = list.as_array().filter(|list| !list.is_empty())?;
        Some(list[pick % list.len()].clone())
    };
    if let Some(value) = chosen(&schema["enum"]).or_else(|| schema.get("const").cloned()) {
        return value;
    }
    for kind in ["anyOf", "oneOf"] {
        if let Some(alternative) = chosen(&schema[kind]) {
            return make(spec, &alternative, full, pick, depth + 1);
        }
    }
    let mut kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        Value::String(kind) => vec![kind.as_str()],
        _ if schema.get("allOf").is_some() || schema.get("properties").is_some() => vec!["object"],
        _ => vec!["null"],
    };
    // Null is an alternative like any other: the first choice is the value itself.
    kinds.sort_by_key(|kind| *kind == "null");
    match kinds[pick % kinds.len()] {
        "object" => object(spec, schema, full, pick, depth),
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let count = if full { least.max(2) } else { least };
            let count = schema["maxItems"]
                .as_u64()
                .map_or(count, |most| count.min(most));
            let item = |_| make(spec, &schema["items"], full, pick, depth + 1);
            (0..count).map(item).collect()
        }
        "string" => json!(text(schema)),
        "integer" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "number" => schema.get("minimum").cloned().unwrap_or(json!(1.5)),
        "boolean" => json!(pick.is_multiple_of(2)),
        _ => Value::Null,
    }
}

fn object(spec: &Spec, schema: &Value, full: bool, pick: usize, depth: usize) -> Value {
    // What one part needs may be described by another.
    let mut parts = vec![schema];
    let mut next = 0;
    while let Some(part) = parts.get(next).copied() {
        let further = part["allOf"].as_array().into_iter().flatten();
        parts.extend(further.map(|part| spec.resolve(part)));
        next += 1;
    }
    let lists = parts.iter().filter_map(|part| part["required"].as_array());
    let needed: Vec<&Value> = lists.flatten().collect();
    let mut made = Map::new();
    for part in parts {
        for (name, member) in part["properties"].as_object().into_iter().flatten() {
            if full || needed.contains(&&json!(name)) {
                let value = make(spec, member, full, pick, depth + 1);
                made.insert(name.clone(), value);
            }
        }
        let additional = &part["additionalProperties"];
        if full && additional.is_object() {
            let value = make(spec, additional, full, pick, depth + 1);
            made.insert("made_name".to_owned(), value);
        }
    }
    Value::Object(made)
}

fn text(schema: &Value) -> String {
    let text = match schema["format"].as_str() {
        Some("date-time") => "2026-11-23T13:04:29.078Z",
        Some("date") => "2026-11-23",
        Some("uuid") => "0f9da8da-49e2-44c4-bc0a-c4a9ab074ad6",
        Some("uri" | "url") => "https://example.com/made",
        Some("email") => "made@example.com",
        _ => schema["example"].as_str().unwrap_or("made"),
    };
    let least = schema["minLength"].as_u64().unwrap_or(0);
    let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    let (least, most) = (least as usize, usize::try_from(most).unwrap_or(usize::MAX));
    let padding = "m".repeat(least.saturating_sub(text.len()));
    format!("{text}{padding}").chars().take(most).collect()
}
