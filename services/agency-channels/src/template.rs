//! What a gateway is sent: a text of the configuration with named places.

/// How a value is written into its surroundings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Escape {
    /// Inside a JSON text (RFC 8259 section 7).
    Json,
    /// In a URL or a form (RFC 3986 section 2.1): everything but unreserved characters.
    Percent,
    /// As it is, without line breaks: a header, a plain body.
    Line,
}

/// The template with every `{name}` of `values` filled in. A brace that names none of them stays; what was filled in is
/// not read again.
pub fn fill(template: &str, escape: Escape, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let named = inside.find('}').and_then(|end| {
            let value = values.iter().find(|(name, _)| *name == &inside[..end]);
            value.map(|(_, value)| (*value, &inside[end + 1..]))
        });
        rest = match named {
            Some((value, after)) => {
                write(&mut filled, escape, value);
                after
            }
            None => {
                filled.push('{');
                inside
            }
        };
    }
    filled.push_str(rest);
    filled
}

fn write(filled: &mut String, escape: Escape, value: &str) {
    match escape {
        Escape::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            filled.push_str(&quoted[1..quoted.len() - 1]);
        }
        Escape::Percent => {
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    filled.push(char::from(byte));
                } else {
                    filled.push_str(&format!("%{byte:02X}"));
                }
            }
        }
        Escape::Line => filled.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_never_breaks_out_of_its_place() {
        let values = [("to", "+62811"), ("text", "a \"b\" {to}\r\nc&d=e")];
        let json = fill(r#"{"to":"{to}","m":"{text}","x":"{other}"}"#, Escape::Json, &values);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["m"], "a \"b\" {to}\r\nc&d=e");
        assert_eq!((&read["to"], &read["x"]), (&"+62811".into(), &"{other}".into()));
        assert_eq!(
            fill("to={to}&m={text}", Escape::Percent, &values),
            "to=%2B62811&m=a%20%22b%22%20%7Bto%7D%0D%0Ac%26d%3De"
        );
        assert_eq!(fill("Bearer {text}", Escape::Line, &values), "Bearer a \"b\" {to}  c&d=e");
        assert_eq!(fill("a{b{to}{", Escape::Line, &values), "a{b+62811{");
    }
}
