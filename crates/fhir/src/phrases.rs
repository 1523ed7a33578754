//! The few fixed words that stand around a person's words, so that a refusal never reads as a wish: per language.

use sayso_plan::Lang;
use sayso_plan::item::Sense;

/// Phrases of one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phrases {
    pub(crate) lang: &'static str,
    pub(crate) refuse: &'static str,
    pub(crate) worse: &'static str,
    pub(crate) want: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) never_contact: &'static str,
    pub(crate) only_if: &'static str,
    pub(crate) unless: &'static str,
    pub(crate) because: &'static str,
    pub(crate) instead: &'static str,
    pub(crate) if_impossible: &'static str,
    pub(crate) speaks_for_me: &'static str,
    pub(crate) limits: &'static str,
}

impl Phrases {
    /// The phrase before a condition.
    pub(crate) const fn of_sense(&self, sense: Sense) -> &'static str {
        match sense {
            Sense::If => self.only_if,
            Sense::Unless => self.unless,
        }
    }
}

const fn row(lang: &'static str, say: [&'static str; 12]) -> Phrases {
    let [
        refuse,
        worse,
        want,
        accept,
        never_contact,
        only_if,
        unless,
        because,
        instead,
        if_impossible,
        speaks_for_me,
        limits,
    ] = say;
    Phrases {
        lang,
        refuse,
        worse,
        want,
        accept,
        never_contact,
        only_if,
        unless,
        because,
        instead,
        if_impossible,
        speaks_for_me,
        limits,
    }
}

#[rustfmt::skip]
const ENGLISH: Phrases = row("en", ["I refuse", "This makes it worse", "I want", "I accept", "Do not contact or tell", "only if", "unless", "Because", "Instead", "If that is impossible", "Speaks for me", "Limits"]);

#[rustfmt::skip]
const OTHERS: [Phrases; 12] = [
    row("de", ["Ich lehne ab", "Das macht es schlimmer", "Ich möchte", "Ich bin einverstanden mit", "Nicht kontaktieren oder informieren", "nur wenn", "es sei denn", "Weil", "Stattdessen", "Wenn das unmöglich ist", "Spricht für mich", "Grenzen"]),
    row("nl", ["Ik weiger", "Dit maakt het erger", "Ik wil", "Ik ga akkoord met", "Niet benaderen of inlichten", "alleen als", "tenzij", "Omdat", "In plaats daarvan", "Als dat onmogelijk is", "Spreekt voor mij", "Grenzen"]),
    row("fr", ["Je refuse", "Cela aggrave les choses", "Je souhaite", "J’accepte", "Ne pas contacter ni informer", "seulement si", "sauf si", "Parce que", "À la place", "Si c’est impossible", "Parle en mon nom", "Limites"]),
    row("es", ["Rechazo", "Esto lo empeora", "Quiero", "Acepto", "No contactar ni informar", "solo si", "a menos que", "Porque", "En su lugar", "Si eso es imposible", "Habla por mí", "Límites"]),
    row("cy", ["Rwy’n gwrthod", "Mae hyn yn gwneud pethau’n waeth", "Rwyf eisiau", "Rwy’n derbyn", "Peidiwch â chysylltu â na dweud wrth", "dim ond os", "oni bai", "Oherwydd", "Yn lle hynny", "Os yw hynny’n amhosibl", "Yn siarad drosof", "Terfynau"]),
    row("ar", ["أرفض", "هذا يزيد الأمر سوءًا", "أريد", "أقبل", "لا تتصلوا به ولا تخبروه", "فقط إذا", "إلا إذا", "لأن", "بدلًا من ذلك", "إذا تعذّر ذلك", "يتحدث نيابةً عني", "الحدود"]),
    row("tr", ["Reddediyorum", "Bu durumu kötüleştirir", "İstiyorum", "Kabul ediyorum", "Aramayın ve bilgi vermeyin", "yalnızca şu durumda", "şu durum dışında", "Çünkü", "Bunun yerine", "Bu mümkün değilse", "Benim adıma konuşur", "Sınırlar"]),
    row("hi", ["मुझे यह स्वीकार नहीं", "इससे हालत और बिगड़ती है", "मेरी इच्छा", "मुझे यह स्वीकार है", "इनसे संपर्क न करें और इन्हें न बताएँ", "केवल यदि", "जब तक कि न", "क्योंकि", "इसके बदले", "यदि यह संभव न हो", "मेरी ओर से बोलने वाले", "सीमाएँ"]),
    row("ja", ["拒否します", "これは悪化させます", "希望します", "同意します", "連絡も知らせもしないでください", "次の場合に限る", "次の場合を除く", "理由", "代わりに", "それが無理なら", "私の代わりに話す人", "制限"]),
    row("mi", ["Kāore au e whakaae", "Ka kino ake i tēnei", "E hiahia ana au", "E whakaae ana au", "Kaua e whakapā, kaua e kōrero atu", "mēnā anake", "hāunga mēnā", "Nā te mea", "Hei whakakapi", "Ki te kore e taea", "Hei māngai mōku", "Ngā tepenga"]),
    row("gd", ["Tha mi a’ diùltadh", "Tha seo ga dhèanamh nas miosa", "Tha mi ag iarraidh", "Tha mi a’ gabhail ri", "Na cuir fios gu agus na innis do", "a-mhàin ma", "mura", "Oir", "Na àite", "Mura gabh sin a dhèanamh", "A’ bruidhinn às mo leth", "Crìochan"]),
    row("pl", ["Odmawiam", "To pogarsza sprawę", "Chcę", "Zgadzam się na", "Nie kontaktować się i nie informować", "tylko jeśli", "chyba że", "Ponieważ", "Zamiast tego", "Jeśli to niemożliwe", "Mówi w moim imieniu", "Ograniczenia"]),
];

/// The phrases of a language, by its first subtag; English where we have none.
pub(crate) fn of(lang: &Lang) -> &'static Phrases {
    let first = lang.as_str().split('-').next().unwrap_or_default().to_ascii_lowercase();
    OTHERS.iter().find(|phrases| phrases.lang == first).unwrap_or(&ENGLISH)
}
