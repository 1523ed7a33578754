//! Objects whose members are moved into them.

/// A JSON object of these members, in this order. `serde_json::json!` copies each value that it is given, the whole
/// depth of it, at each level that it is nested in; this takes it.
macro_rules! object {
    ($($key:tt: $value:expr),* $(,)?) => {{
        let members = [$((::std::string::String::from($key), ::serde_json::Value::from($value))),*];
        ::serde_json::Value::Object(members.into_iter().collect())
    }};
}

pub(crate) use object;
