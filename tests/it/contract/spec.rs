//! A vendor's description: its operations, and schemas made fit for a JSON Schema validator.

use jsonschema::Draft;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A vendor's description.
pub(crate) struct Spec {
    /// Its name, for what is said when something is wrong.
    pub(crate) name: String,
    /// The whole, with `nullable` rewritten.
    pub(super) document: Value,
    /// The path of the first server's address: `/api/v1`.
    base: String,
    draft: Draft,
}

/// One operation, as it matches a path.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a> {
    /// Lower case: `get`.
    pub(super) method: &'a str,
    /// The path with its placeholders: `/silence/{silenceID}`.
    pub(super) template: &'a str,
    /// What all methods of the path have in common.
    pub(super) shared: &'a Value,
    /// The operation itself.
    pub(super) value: &'a Value,
}

/// What stands in the placeholders of a path, still encoded, by their names.
pub(super) type Placed<'a> = Vec<(&'a str, String)>;

/// The named members of an object's schema.
#[derive(Default)]
pub(super) struct Shape<'a> {
    /// By name; those of every alternative.
    pub(super) members: BTreeMap<&'a str, &'a Value>,
    /// Other names are allowed too.
    pub(super) open: bool,
}

impl Spec {
    /// A description from its JSON.
    pub(crate) fn of(name: &str, mut document: Value) -> Self {
        let version = document["openapi"].as_str().unwrap_or_default();
        let draft = match version.starts_with("3.1") {
            true => Draft::Draft202012,
            false => Draft::Draft7,
        };
        let server = document["servers"][0]["url"].as_str().unwrap_or_default();
        let after_host = server.split_once("://").map_or(server, |(_, rest)| rest);
        let base = after_host.find('/').map_or("", |at| &after_host[at..]);
        let base = base.trim_end_matches('/').to_owned();
        rewrite_nullable(&mut document);
        Self {
            name: name.to_owned(),
            document,
            base,
            draft,
        }
    }

    /// The operation for a path as it is sent, base path included, with what stands in the
    /// placeholders (still encoded). Of several that match, the one with the fewest placeholders.
    pub(super) fn operation(
        &self,
        method: &str,
        path: &str,
    ) -> Result<(Operation<'_>, Placed<'_>), String> {
        let below = path.strip_prefix(&self.base).ok_or_else(|| {
            format!(
                "{path} is not below {}, where {} serves",
                self.base, self.name
            )
        })?;
        let mut matching: Vec<_> = self
            .paths()
            .filter_map(|(template, shared)| Some((template, shared, matched(template, below)?)))
            .collect();
        matching.sort_by_key(|(_, _, placed)| placed.len());
        if matching.is_empty() {
            return Err(format!("{} has no path {below}", self.name));
        }
        let served = matching.into_iter().find_map(|(template, shared, placed)| {
            let (method, value) = shared.as_object()?.get_key_value(method)?;
            let operation = Operation {
                method,
                template,
                shared,
                value,
            };
            Some((operation, placed))
        });
        served.ok_or_else(|| format!("{} has no {method} for {below}", self.name))
    }

    /// Every operation.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.paths().flat_map(|(template, shared)| {
            let methods = shared.as_object().into_iter().flatten();
            let known = methods.filter(|(name, _)| {
                ["get", "post", "put", "patch", "delete"].contains(&name.as_str())
            });
            known.map(move |(method, value)| Operation {
                method,
                template,
                shared,
                value,
            })
        })
    }

    fn paths(&self) -> impl Iterator<Item = (&str, &Value)> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths.map(|(template, shared)| (template.as_str(), shared))
    }

    /// The value itself, or what its `$ref` points at.
    pub(super) fn resolve<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        // A description that points in circles would never end.
        for _ in 0..32 {
            let Some(pointer) = value["$ref"].as_str() else {
                return value;
            };
            let pointer = pointer.trim_start_matches('#');
            let target = self.document.pointer(pointer);
            value = target.unwrap_or_else(|| panic!("{}: nothing at {pointer}", self.name));
        }
        panic!("{}: references in a circle at {value}", self.name);
    }

    /// Holds a value against a schema of this description.
    pub(super) fn validate(&self, schema: &Value, instance: &Value) -> Result<(), String> {
        let root = json!({"components": self.document["components"], "allOf": [schema]});
        let validator = jsonschema::options()
            .with_draft(self.draft)
            .should_validate_formats(true)
            // Draft 7 does not know it; OpenAPI 3.0 uses it.
            .with_format("uuid", |text: &str| uuid::Uuid::parse_str(text).is_ok())
            .build(&root)
            .unwrap_or_else(|error| panic!("{}: a schema is not one: {error}", self.name));
        let mut errors = validator.iter_errors(instance).take(5).peekable();
        if errors.peek().is_none() {
            return Ok(());
        }
        let said = errors.map(|error| {
            let at = error.instance_path().to_string();
            format!("{}: {error}", if at.is_empty() { "the whole" } else { &at })
        });
        Err(said.collect::<Vec<_>>().join("; "))
    }

    /// The members that an object's schema names, through references and alternatives.
    pub(super) fn shape<'a>(&'a self, schema: &'a Value) -> Shape<'a> {
        let mut shape = Shape::default();
        self.collect(schema, &mut shape, 0);
        // A schema that names nothing says nothing about names.
        shape.open |= shape.members.is_empty();
        shape
    }

    fn collect<'a>(&'a self, schema: &'a Value, shape: &mut Shape<'a>, depth: usize) {
        let schema = self.resolve(schema);
        if depth > 16 {
            return;
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            shape.members.entry(name).or_insert(member);
        }
        let additional = &schema["additionalProperties"];
        shape.open |= additional.is_object() || additional == &json!(true);
        for kind in ["allOf", "anyOf", "oneOf"] {
            for part in schema[kind].as_array().into_iter().flatten() {
                self.collect(part, shape, depth + 1);
            }
        }
    }
}

/// What stands in the placeholders, if the path is one of that template.
fn matched<'a>(template: &'a str, path: &str) -> Option<Placed<'a>> {
    let (templates, parts) = (template.split('/'), path.split('/'));
    if templates.clone().count() != parts.clone().count() {
        return None;
    }
    let mut placed = Vec::new();
    for (template, part) in templates.zip(parts) {
        let name = template.strip_prefix('{').and_then(|t| t.strip_suffix('}'));
        match name {
            Some(name) if !part.is_empty() => placed.push((name, part.to_owned())),
            None if template == part => {}
            _ => return None,
        }
    }
    Some(placed)
}

/// Turns OpenAPI 3.0's `nullable` and boolean `exclusiveMinimum` into what JSON Schema says.
fn rewrite_nullable(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(rewrite_nullable),
        Value::Object(members) => {
            members.values_mut().for_each(rewrite_nullable);
            for (exclusive, bound) in [
                ("exclusiveMinimum", "minimum"),
                ("exclusiveMaximum", "maximum"),
            ] {
                if members.get(exclusive).is_some_and(Value::is_boolean)
                    && members.remove(exclusive) == Some(json!(true))
                    && let Some(limit) = members.remove(bound)
                {
                    members.insert(exclusive.to_owned(), limit);
                }
            }
            // A member that is called `nullable` has a schema there, not a boolean.
            if members.get("nullable").is_some_and(Value::is_boolean)
                && members.remove("nullable") == Some(json!(true))
            {
                allow_null(members);
            }
        }
        _ => {}
    }
}

fn allow_null(schema: &mut Map<String, Value>) {
    match schema.get_mut("type") {
        Some(kind @ Value::String(_)) => {
            *kind = json!([kind.take(), "null"]);
            if let Some(Value::Array(values)) = schema.get_mut("enum")
                && !values.contains(&Value::Null)
            {
                values.push(Value::Null);
            }
        }
        Some(_) => {}
        None => {
            let as_it_was = Value::Object(std::mem::take(schema));
            schema.insert("anyOf".to_owned(), json!([as_it_was, {"type": "null"}]));
        }
    }
}
