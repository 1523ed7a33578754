//! A choice as it travels through forms: ticked boxes in, hidden fields out, nothing lost between.

use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{Purpose, Share};

use super::purposes;
use crate::fault::Fault;
use crate::fields::Fields;

/// What a form about sharing says.
pub(crate) struct Posted {
    pub(crate) purpose: Purpose,
    pub(crate) choice: Choice,
    /// The consent version that the person decided on.
    pub(crate) seen: u64,
    /// The act of a supporter that the person is about to undo.
    pub(crate) undo: Option<u64>,
}

impl Posted {
    pub(crate) fn read(fields: &Fields, party: Party) -> Result<Self, Fault> {
        let purpose = fields.one("purpose").and_then(|code| code.parse().ok());
        let purpose = purpose.filter(|purpose| purposes(party).contains(purpose)).ok_or(Fault::Unreadable)?;
        let seen = fields.one("seen").and_then(|seen| seen.parse().ok()).ok_or(Fault::Unreadable)?;
        let choice = Choice {
            kinds: all(fields, "kind")?,
            sections: all(fields, "section")?,
            items: all(fields, "item")?,
            documents: fields.is_ticked("documents"),
            plans: all(fields, "plan")?,
            levels: fields.all("level").map(|code| level(code).ok_or(Fault::Unreadable)).collect::<Result<_, _>>()?,
            everything: fields.is_ticked("everything"),
        };
        let undo = fields.one("undo").and_then(|number| number.parse().ok());
        Ok(Self { purpose, choice, seen, undo })
    }

    /// The same as fields of the next form.
    pub(crate) fn hidden(&self) -> Vec<Hidden> {
        let mut fields = hidden(self.purpose, &self.choice, self.seen);
        fields.extend(self.undo.map(|number| Hidden { name: "undo", value: number.to_string() }));
        fields
    }
}

fn all<T: std::str::FromStr, C: FromIterator<T>>(fields: &Fields, name: &str) -> Result<C, Fault> {
    fields.all(name).map(|text| text.parse().map_err(|_| Fault::Unreadable)).collect()
}

/// What is close is opened one by one, and by no level.
pub(crate) fn level(code: &str) -> Option<Share> {
    [Share::Open, Share::Care].into_iter().find(|level| level_code(*level) == code)
}

/// A level in a form and in a file.
pub(crate) const fn level_code(level: Share) -> &'static str {
    match level {
        Share::Open => "open",
        Share::Care => "care",
        Share::Close => "close",
    }
}

/// A field that a form carries on.
pub(crate) struct Hidden {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// The fields that carry a choice on.
pub(crate) fn hidden(purpose: Purpose, choice: &Choice, seen: u64) -> Vec<Hidden> {
    let field = |name, value| Hidden { name, value };
    let mut fields = vec![field("purpose", purpose.to_string()), field("seen", seen.to_string())];
    fields.extend(choice.kinds.iter().map(|kind| field("kind", kind.to_string())));
    fields.extend(choice.sections.iter().map(|section| field("section", section.to_string())));
    fields.extend(choice.items.iter().map(|item| field("item", item.to_string())));
    fields.extend(choice.documents.then(|| field("documents", "yes".to_owned())));
    fields.extend(choice.plans.iter().map(|plan| field("plan", plan.to_string())));
    fields.extend(choice.levels.iter().map(|level| field("level", level_code(*level).to_owned())));
    fields.extend(choice.everything.then(|| field("everything", "yes".to_owned())));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_plan::{ItemId, PlanId, PlanKind, Section};

    #[test]
    fn a_choice_comes_back_from_a_form_as_it_went_in() {
        let choice = Choice {
            kinds: [PlanKind::CrisisCard].into(),
            sections: [Section::Helps, Section::Harms].into(),
            items: [ItemId::from_random([3; 16])].into(),
            documents: true,
            plans: [PlanId::from_random([4; 16])].into(),
            levels: [Share::Open, Share::Care].into(),
            everything: true,
        };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for field in hidden(Purpose::Treat, &choice, 7) {
            form.append_pair(field.name, &field.value);
        }
        let posted = Posted::read(&Fields::parse(form.finish().as_bytes()).unwrap(), Party::CrisisServices).unwrap();
        assert!(posted.choice == choice && posted.seen == 7 && posted.purpose == Purpose::Treat);
    }

    #[test]
    fn what_cannot_be_chosen_is_not_taken() {
        for bad in [
            "purpose=TREAT",
            "purpose=PATRQT&seen=1",
            "purpose=treat&seen=1",
            "purpose=TREAT&seen=1&section=diagnosis",
            "purpose=TREAT&seen=1&item=7",
            "purpose=TREAT&seen=1&kind=wrap",
            "purpose=TREAT&seen=1&level=close",
            "purpose=TREAT&purpose=ETREAT&seen=1",
            "purpose=TREAT&seen=-1",
        ] {
            let fields = Fields::parse(bad.as_bytes()).unwrap();
            assert!(Posted::read(&fields, Party::CrisisServices).is_err(), "{bad}");
        }
    }
}
