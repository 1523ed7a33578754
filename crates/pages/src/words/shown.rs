//! Which text somebody read: a name for all the words of the pages on which a person decides.

use sayso_exchange::ShownWords;
use sayso_exchange::consent_receipts::words_version;
use sayso_plan::{PlanKind, Section};

/// All that a person reads in English before they decide: our words, the pages they stand on, and the names of parts.
pub(crate) fn english() -> ShownWords {
    let mut texts = vec![
        include_str!("en.rs"),
        include_str!("en/sharing.rs"),
        include_str!("en/plan.rs"),
        include_str!("../../templates/choices.html"),
        include_str!("../../templates/preview.html"),
        include_str!("../../templates/sharing.html"),
        include_str!("../../templates/stopped.html"),
        include_str!("../../templates/authorize.html"),
    ];
    texts.extend(Section::all().map(Section::title));
    texts.extend(PlanKind::ALL.iter().map(|kind| kind.label()));
    words_version(super::en::LANG, &texts)
}

/// A text version as it is written: 16 digits.
pub(crate) fn written(words: &ShownWords) -> String {
    format!("{:016x}", words.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_name_and_another_text_has_another() {
        assert_eq!(english(), english());
        assert_eq!(english().language.as_str(), "en");
        let one = |text| words_version("en", &[text]).version;
        assert_ne!(one("Let them see this"), one("Let them see that"));
        assert_eq!(written(&english()).len(), 16);
    }
}
