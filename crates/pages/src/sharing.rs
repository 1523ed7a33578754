//! The person decides who sees what. Widening is previewed first; narrowing is one click and never questioned.

mod choice;
mod choices;
mod decide;
pub(crate) mod objections;
pub(crate) mod overview;
mod pairing;
mod people;
mod sent;
mod supporter;
mod why;

use http::Uri;
use sayso_exchange::sharing::Party;
use sayso_plan::{ClientId, OrganizationId, Purpose, SupporterId};

use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::words::en as w;
pub(crate) use choice::{level, level_code};
pub(crate) use decide::narrative;
pub(crate) use overview::level_title;
pub(crate) use people::PEOPLE;

/// Every party stands under one of these addresses.
const BASES: [&str; 4] = [
    "/me/sharing/crisis-services",
    "/me/sharing/app/{client}",
    "/me/sharing/supporter/{supporter}",
    "/me/sharing/{organization}",
];

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/me/sharing", Policy::SignedIn, overview::page),
        Route::get("/me/sharing/others", Policy::SignedIn, overview::others),
        Route::post("/me/sharing/asked/{organization}/{purpose}/decline", Policy::SignedInForm, overview::decline),
        Route::get("/me/sharing/code", Policy::SignedIn, pairing::page),
        Route::post("/me/sharing/code", Policy::SignedInForm, pairing::make),
    ];
    routes.extend(people::routes());
    routes.extend(supporter::routes());
    routes.extend(sent::routes());
    routes.extend(objections::routes());
    for base in BASES {
        let under = |end: &str| format!("{base}/{end}");
        routes.extend([
            Route::get(base, Policy::SignedIn, choices::page),
            Route::get(under("why"), Policy::SignedIn, why::page),
            Route::post(under("preview"), Policy::SignedInForm, decide::preview),
            Route::post(under("share"), Policy::SignedInForm, decide::share),
            Route::post(under("stop"), Policy::SignedInForm, decide::stop),
            Route::post(under("never"), Policy::SignedInForm, decide::never),
            Route::post(under("never/end"), Policy::SignedInForm, decide::end_never),
        ]);
    }
    routes
}

/// The address of a party's page.
pub(crate) fn address(party: Party) -> String {
    match party {
        Party::Organization(id) => format!("/me/sharing/{id}"),
        Party::CrisisServices => "/me/sharing/crisis-services".to_owned(),
        Party::App(id) => format!("/me/sharing/app/{id}"),
        Party::Supporter(id) => format!("/me/sharing/supporter/{id}"),
    }
}

/// The party that a record of a change is about.
pub(crate) fn changed_party(
    recipient: Option<OrganizationId>,
    client: Option<ClientId>,
    supporter: Option<SupporterId>,
) -> Party {
    let organization = recipient.map(Party::Organization);
    organization.or(client.map(Party::App)).or(supporter.map(Party::Supporter)).unwrap_or(Party::CrisisServices)
}

/// The part of an address that leads on to what else a supporter took back in the same act.
fn undoing(undo: Option<u64>) -> String {
    undo.map(|number| format!("&undo={number}")).unwrap_or_default()
}

/// The address of a party's page for one purpose.
fn at_purpose(party: Party, purpose: Purpose) -> String {
    format!("{}?purpose={purpose}", address(party))
}

/// The address of what can be done with a party.
fn action(party: Party, end: &str) -> String {
    format!("{}/{end}", address(party))
}

/// The party that an address is about.
fn party_at(path: &str) -> Option<Party> {
    let mut parts = path.strip_prefix("/me/sharing/")?.split('/');
    match parts.next()? {
        "crisis-services" => Some(Party::CrisisServices),
        "app" => parts.next()?.parse().ok().map(Party::App),
        "supporter" => parts.next()?.parse().ok().map(Party::Supporter),
        organization => organization.parse().ok().map(Party::Organization),
    }
}

/// The party of an address with its name; only those that are registered, or that support the person.
async fn named(pages: &Pages, visitor: &Visitor, uri: &Uri) -> Result<(Party, String), Fault> {
    let party = party_at(uri.path()).ok_or(Fault::NotHere)?;
    let name = match party {
        Party::CrisisServices => Some(w::CRISIS_SERVICES_INSIDE.to_owned()),
        Party::Organization(id) => pages.exchange().organization_name(id).await?,
        Party::App(id) => pages.exchange().client_name(id).await?,
        Party::Supporter(id) => {
            let all = pages.exchange().supporters(visitor.themselves()).await?;
            all.into_iter().find(|one| one.id == id).map(|one| one.name)
        }
    };
    Ok((party, name.ok_or(Fault::NotHere)?))
}

/// The name of a party as it stands inside a sentence; the party may be gone from the registry.
pub(crate) async fn name_of(pages: &Pages, visitor: &Visitor, party: Party) -> Result<String, Fault> {
    if let Party::Supporter(id) = party {
        let all = pages.exchange().supporters_ever(visitor.themselves()).await?;
        let name = all.into_iter().find(|one| one.id == id).map(|one| one.name);
        return Ok(name.unwrap_or_else(|| w::SOMEONE.to_owned()));
    }
    registered_name(pages, party).await
}

/// The same of a party that everybody may know.
pub(crate) async fn registered_name(pages: &Pages, party: Party) -> Result<String, Fault> {
    Ok(match party {
        Party::CrisisServices => w::CRISIS_SERVICES_INSIDE.to_owned(),
        Party::Organization(id) => {
            pages.exchange().organization_name(id).await?.unwrap_or_else(|| w::UNKNOWN_PARTY.to_owned())
        }
        Party::App(id) => pages.exchange().client_name(id).await?.unwrap_or_else(|| w::UNKNOWN_APP.to_owned()),
        Party::Supporter(_) => w::SOMEONE.to_owned(),
    })
}

/// The name of a party as it stands alone.
pub(crate) fn alone(party: Party, name: String) -> String {
    if party == Party::CrisisServices { w::CRISIS_SERVICES.to_owned() } else { name }
}

/// The purposes a person can choose for a party; the first is the usual one.
fn purposes(party: Party) -> &'static [Purpose] {
    match party {
        Party::Organization(_) => &[Purpose::Treat, Purpose::Etreat, Purpose::Btg, Purpose::Coc, Purpose::Caremgt],
        Party::CrisisServices => &[Purpose::Etreat, Purpose::Btg, Purpose::Treat],
        Party::App(_) => &[sayso_exchange::authorize::APP_PURPOSE],
        Party::Supporter(_) => &[sayso_consent::supporter::PURPOSE],
    }
}

/// The value of a parameter of the query.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.into_owned().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The purpose that a page is about: the one in its address, when it can be chosen for this party.
fn purpose_of(uri: &Uri, party: Party) -> Option<Purpose> {
    let asked: Purpose = query(uri, "purpose")?.parse().ok()?;
    purposes(party).contains(&asked).then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_party_has_one_address_and_every_address_one_party() {
        let id = OrganizationId::from_random([7; 16]);
        let app = ClientId::from_random([9; 16]);
        let supporter = Party::Supporter(SupporterId::from_random([8; 16]));
        for party in [Party::Organization(id), Party::CrisisServices, Party::App(app), supporter] {
            assert_eq!(party_at(&address(party)), Some(party));
            assert_eq!(party_at(&action(party, "never/end")), Some(party));
        }
        for nobody in ["/me/sharing/", "/me/sharing/x", "/me/sharing/app", "/me/sharing/app/x", "/me"] {
            assert_eq!(party_at(nobody), None, "{nobody}");
        }
    }
}
