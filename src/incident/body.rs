//! What an event says, whether or not this version knows its kind.

use super::What;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// What happened. A kind that this version does not know is carried whole as `Unknown`.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// A kind that this version knows.
    Known(What),
    /// Any other: shown as unknown, carried, not dropped.
    Unknown {
        /// The kind's name.
        kind: String,
        /// What it says.
        data: Value,
    },
}

impl From<What> for EventBody {
    fn from(what: What) -> Self {
        Self::Known(what)
    }
}

impl EventBody {
    /// The kind, if this version knows it.
    #[must_use]
    pub fn known(&self) -> Option<&What> {
        match self {
            Self::Known(what) => Some(what),
            Self::Unknown { .. } => None,
        }
    }
}

impl Serialize for EventBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(what) => what.serialize(serializer),
            Self::Unknown { kind, data } => {
                let mut map = Map::new();
                map.insert("kind".to_owned(), Value::String(kind.clone()));
                map.insert("data".to_owned(), data.clone());
                map.serialize(serializer)
            }
        }
    }
}

/// The two fields of a body, before its kind is looked at.
#[derive(Deserialize)]
struct Tagged {
    kind: String,
    #[serde(default)]
    data: Value,
}

impl<'de> Deserialize<'de> for EventBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged { kind, data } = Tagged::deserialize(deserializer)?;
        if !What::KINDS.contains(&&*kind) {
            return Ok(Self::Unknown { kind, data });
        }
        let mut map = Map::new();
        map.insert("kind".to_owned(), Value::String(kind));
        map.insert("data".to_owned(), data);
        // A known kind that a later version has changed beyond recognition is carried whole too: a
        // console that cannot read one line must still show the rest.
        match What::deserialize(&Value::Object(map.clone())) {
            Ok(what) => Ok(Self::Known(what)),
            Err(_) => {
                let kind = map
                    .get("kind")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned();
                Ok(Self::Unknown {
                    kind,
                    data: map.remove("data").unwrap_or_default(),
                })
            }
        }
    }
}
