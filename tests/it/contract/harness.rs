//! The harness itself: it takes what is right and refuses what is wrong.

use super::*;
use serde_json::{Value, json};
use warroom::integrations::exchange::{Body, Method, Request};

/// A small vendor, so that the harness is tested where no description is to be had.
fn small() -> Spec {
    let document = json!({
        "openapi": "3.0.0",
        "servers": [{"url": "http://localhost:1234/api/v9"}],
        "paths": {
            "/things/all": {"get": {"responses": {"200": {"description": "all"}}}},
            "/things/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true,
                    "schema": {"type": "string", "format": "uuid"}}],
                "get": {
                    "parameters": [
                        {"name": "page", "in": "query", "required": true,
                            "schema": {"type": "integer", "minimum": 1}},
                        {"$ref": "#/components/parameters/tag"},
                        {"name": "when", "in": "query", "schema": {"oneOf": [
                            {"type": "string", "format": "date-time"}, {"type": "number"}]}},
                    ],
                    "responses": {
                        "200": {"description": "one", "content": {"application/json": {
                            "schema": {"$ref": "#/components/schemas/Thing"},
                            "examples": {"named": {"value": {"name": "a", "owner": null}}}}}},
                        "default": {"description": "error", "content": {"application/json": {
                            "schema": {"type": "object", "required": ["error"],
                                "properties": {"error": {"type": "string"}}}}}}
                    }
                },
                "post": {
                    "requestBody": {"required": true, "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                        "application/x-www-form-urlencoded": {"schema": {
                            "type": "object", "required": ["size"],
                            "properties": {"size": {"type": "integer"}}}}}},
                    "responses": {}
                }
            }
        },
        "components": {
            "parameters": {"tag": {"name": "tag", "in": "query",
                "schema": {"type": "array", "items": {"type": "string", "maxLength": 3}}}},
            "schemas": {
                "Named": {"type": "object", "required": ["name"],
                    "properties": {"name": {"type": "string"}}},
                "Thing": {"allOf": [
                    {"$ref": "#/components/schemas/Named"},
                    {"type": "object", "properties": {
                        "owner": {"type": "string", "nullable": true, "enum": ["bo", "lee"]},
                        "parent": {"nullable": true,
                            "allOf": [{"$ref": "#/components/schemas/Thing"}]},
                        "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
                        "tags": {"type": "object",
                            "additionalProperties": {"type": "string"}}}}]}
            }
        }
    });
    Spec::of("small", document)
}

const ID: &str = "0f9da8da-49e2-44c4-bc0a-c4a9ab074ad6";

fn get(id: &str) -> Request {
    Request::get(format!("/api/v9/things/{id}"), "").with("page", "2")
}

fn post(body: Body) -> Request {
    Request {
        method: Method::Post,
        body,
        ..Request::get(format!("/api/v9/things/{ID}"), "")
    }
}

fn posted(body: &Value) -> Request {
    post(Body::Json(body.to_string()))
}

fn form(fields: &[(&str, &str)]) -> Request {
    let owned = fields
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    post(Body::Form(owned.collect()))
}

#[test]
fn right_requests_are_taken() {
    let right = [
        get(ID),
        get(&ID.replace('-', "%2D")),
        get(ID).with("tag", "a").with("tag", "b"),
        get(ID).with("when", "1795439458.5"),
        get(ID).with("when", "2026-11-23T13:04:29Z"),
        posted(&json!({"name": "a", "owner": null, "parent": null, "tags": {"any": "x"}})),
        posted(&json!({"name": "a", "owner": "bo", "parent": {"name": "b"}, "size": 1})),
        form(&[("size", "3")]),
    ];
    for request in right {
        check_request(&small(), &request).unwrap_or_else(|error| panic!("{error}: {request:?}"));
    }
    let named = check_request(&small(), &Request::get("/api/v9/things/all", ""));
    assert_eq!(named.as_deref(), Ok("get /things/all"));
}

#[test]
fn wrong_requests_are_refused_each_for_its_reason() {
    let put = Request {
        method: Method::Put,
        ..get(ID)
    };
    let wrong = [
        ("not below /api/v9", Request::get("/things/all", "")),
        ("no path", Request::get("/api/v9/thing", "")),
        ("no path", Request::get("/api/v9/things/all/", "")),
        ("no put", put),
        (
            "not a path alone",
            Request::get("/api/v9/things/all?page=1", ""),
        ),
        ("uuid", get("17")),
        ("not encoded", get("a%2")),
        (
            "page is missing",
            Request::get(format!("/api/v9/things/{ID}"), ""),
        ),
        ("query page", get(ID).with("page", "3")),
        ("no query parameter size", get(ID).with("size", "3")),
        ("query tag", get(ID).with("tag", "long")),
        ("query when", get(ID).with("when", "yesterday")),
        ("needs a body", post(Body::None)),
        ("not JSON", post(Body::Json("{".to_owned()))),
        ("\"name\" is a required", posted(&json!({"owner": "bo"}))),
        ("/owner", posted(&json!({"name": "a", "owner": "ann"}))),
        ("/size", posted(&json!({"name": "a", "size": 0}))),
        ("/parent", posted(&json!({"name": "a", "parent": 1}))),
        ("no member /nam", posted(&json!({"name": "a", "nam": "b"}))),
        (
            "no member /parent/x",
            posted(&json!({"name": "a", "parent": {"name": "b", "x": 1}})),
        ),
        ("\"size\" is a required", form(&[])),
        ("field size", form(&[("size", "large")])),
        ("field size", form(&[("size", "1"), ("size", "2")])),
        ("no field name", form(&[("size", "1"), ("name", "a")])),
    ];
    for (reason, request) in wrong {
        let refused = check_request(&small(), &request);
        let error = refused.expect_err(reason);
        assert!(error.contains(reason), "{reason} is not said: {error}");
    }
}

#[test]
fn answers_are_the_examples_and_made_ones_and_are_held_against_the_schema() {
    let spec = small();
    let answers = spec.answers("get", "/things/{id}");
    let named = |part: &str| answers.iter().filter(|one| one.from.contains(part)).count();
    assert_eq!((named("example named"), named("200 made")), (1, 9));
    let least = answers.iter().find(|one| one.from.contains("full false"));
    assert_eq!(least.map(|one| &one.body), Some(&json!({"name": "made"})));
    let has_null = |one: &&Answer| one.body["owner"].is_null() && one.from.contains("full true");
    assert!(answers.iter().any(|one| has_null(&one)));
    assert!(answers.iter().any(|one| one.body["owner"] == "bo"));
    let error = answers
        .iter()
        .find(|one| one.status == 500)
        .expect("default");
    assert_eq!(error.response().body, br#"{"error":"made"}"#);
    let at = ("get", "/things/{id}");
    assert_eq!(check_answer(&spec, at, 200, &json!({"name": "a"})), Ok(()));
    assert!(check_answer(&spec, at, 200, &json!({"name": 1})).is_err());
    assert!(check_answer(&spec, at, 404, &json!({"name": "a"})).is_err());
    assert!(check_answer(&spec, ("get", "/things/all"), 200, &json!({})).is_err());
}

/// Every body of every description compiles, is checked, and can be made: one that is silently
/// unchecked would let anything through.
#[test]
fn every_operation_of_the_descriptions_in_use_is_checked() {
    for name in ["prometheus", "alertmanager", "grafana", "sentry"] {
        let Some(spec) = spec(name) else { return };
        for operation in spec.operations() {
            let at = format!("{name}: {} {}", operation.method, operation.template);
            spec.answers(operation.method, operation.template);
            let content = &spec.resolve(&operation.value["requestBody"])["content"];
            for (media, body) in content.as_object().into_iter().flatten() {
                let wrong = spec.validate(&body["schema"], &json!(17));
                assert!(wrong.is_err(), "{at} takes a number as {media}");
            }
        }
    }
}

/// Requests that the vendors themselves refuse, as was seen on their servers or a mock of them.
#[test]
fn requests_that_the_vendors_refuse_are_refused_here() {
    let range = |fields: &[(&str, &str)]| Request {
        path: "/api/v1/query_range".to_owned(),
        ..form(fields)
    };
    let silence = |body: &Value| Request {
        path: "/api/v2/silences".to_owned(),
        ..posted(body)
    };
    let to = |path: &str, body: &Value| Request {
        path: path.to_owned(),
        ..posted(body)
    };
    let matcher = json!({"name": "a", "value": "b", "isRegex": false});
    let wrong = [
        ("prometheus", Request::get("/api/v1/query", "")),
        ("prometheus", range(&[("query", "up"), ("start", "1")])),
        ("alertmanager", silence(&json!({"matchers": [matcher]}))),
        (
            "alertmanager",
            silence(&json!({"matchers": [], "startsAt": "2026-11-23T13:04:29Z",
            "endsAt": "2026-11-23T13:05:29Z", "createdBy": "a", "comment": "b"})),
        ),
        (
            "grafana",
            to("/api/ds/query", &json!({"queries": [{"refId": "A"}]})),
        ),
        ("grafana", to("/api/annotations", &json!({"tags": ["a"]}))),
        (
            "sentry",
            Request::get("/api/0/organizations/acme/issues/", "").with("sort", "banana"),
        ),
        (
            "sentry",
            Request {
                method: Method::Put,
                ..to(
                    "/api/0/organizations/acme/issues/1/",
                    &json!({"status": "exploded"}),
                )
            },
        ),
    ];
    for (name, request) in wrong {
        let Some(spec) = spec(name) else { return };
        let refused = check_request(&spec, &request);
        assert!(refused.is_err(), "{name} takes {request:?}");
    }
}

#[test]
fn answers_of_a_real_prometheus_are_as_it_is_described() {
    let (Some(spec), Some(files)) = (spec("prometheus"), payloads("prometheus", "api-v1-")) else {
        return;
    };
    for (name, bytes) in files {
        let (template, status) = match name.trim_start_matches("api-v1-") {
            "alerts.json" => ("/alerts", 200),
            "label-values.json" => ("/label/{name}/values", 200),
            "rules.json" => ("/rules", 200),
            "query-error.json" => ("/query", 400),
            range if range.starts_with("query_range") => ("/query_range", 200),
            _ => ("/query", 200),
        };
        let body = serde_json::from_slice(&bytes).unwrap();
        check_answer(&spec, ("get", template), status, &body)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
