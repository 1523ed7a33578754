//! XHTML of the kind R4 narrative allows: escaping, isolation of text direction, and the words back out of it.

/// Escapes text for element content and attributes. What XML cannot hold becomes U+FFFD; all else stays as it is.
pub(super) fn escape(text: &str) -> String {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\u{fffe}' | '\u{ffff}') || u32::from(c) < 0x20;
    if !text.contains(special) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if u32::from(c) < 0x20 => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Somebody's words: their own language, their own direction, their own lines. `dir="auto"` isolates a span as `bdi`
/// would; R4 narrative is HTML 4 and has no `bdi`.
pub(super) fn bdi(text: &str, lang: &str) -> String {
    let style = if text.contains('\n') || text.contains("  ") { " style=\"white-space: pre-wrap\"" } else { "" };
    let lang = escape(lang);
    format!("<span lang=\"{lang}\" xml:lang=\"{lang}\" dir=\"auto\"{style}>{}</span>", escape(text))
}

/// The text between the tags of a narrative, one run for each stretch, blanks folded, the five entities and numbers
/// resolved. Good enough to ask which words stand in it; never used to keep them.
pub(crate) fn text_runs(div: &str) -> Vec<String> {
    let mut runs = Vec::new();
    for (place, piece) in div.split('<').enumerate() {
        let text = if place == 0 { piece } else { piece.split_once('>').map_or("", |(_, text)| text) };
        let folded = resolve(text).split_whitespace().collect::<Vec<_>>().join(" ");
        if !folded.is_empty() {
            runs.push(folded);
        }
    }
    runs
}

/// Whether words may stand in a narrative where [`text_runs`] does not look: in comments, sections of raw text and
/// attributes. Those that our own narrative has hold no words of anybody's.
pub(crate) fn has_hidden_words(div: &str) -> bool {
    const OURS: [&str; 7] = ["xmlns", "lang", "xml:lang", "dir", "style", "class", "id"];
    let strange = |tag: &str| {
        let attributes = tag.split('=').rev().skip(1).filter_map(|before| before.split_whitespace().next_back());
        tag.starts_with(['!', '?']) || attributes.into_iter().any(|name| !OURS.contains(&name))
    };
    div.split('<').skip(1).any(|piece| strange(piece.split_once('>').map_or(piece, |(tag, _)| tag)))
}

fn resolve(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once(';') else {
            out.push('&');
            rest = after;
            continue;
        };
        let number = name.strip_prefix('#').and_then(|n| match n.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => n.parse().ok(),
        });
        match name {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            "apos" => out.push('\''),
            "nbsp" => out.push('\u{a0}'),
            _ => match number.and_then(char::from_u32) {
                Some(c) => out.push(c),
                None => out.push_str(&format!("&{name};")),
            },
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_no_reader_would_find_are_noticed() {
        for hidden in [
            "<div><![CDATA[x]]></div>",
            "<div><!-- x --></div>",
            "<div><img alt=\"x\"/></div>",
            "<p lang=\"en\" title = 'x'>y</p>",
            "<a href=\"https://x.example/\">y</a>",
            "<?x y?>",
        ] {
            assert!(has_hidden_words(hidden), "{hidden}");
        }
        let ours =
            format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>1 = 1</p><br/>{}</div>", bdi("a\nb=\"c\"", "tw"));
        assert!(!has_hidden_words(&ours));
    }

    #[test]
    fn words_survive_the_narrative_and_carry_no_markup_into_it() {
        let words = "a < b & \"c\" <script>x</script> 🥄\u{202e}مرحبا";
        let html = bdi(words, "ar");
        assert!(!html.contains("<script"));
        assert_eq!(text_runs(&html), [words]);
    }
}
