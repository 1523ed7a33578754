//! `sayso org`, `sayso client`, `sayso person`: who is known to the house. None of it opens a plan to anyone.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use sayso_auth::client::{Client, ClientAuth, ClientState, Jwks};
use sayso_auth::redirect::RedirectUri;
use sayso_auth::{ClientKind, KeySet, Place, Scopes};
use sayso_exchange::Exchange;
use sayso_exchange::administer::Organization;
use sayso_plan::{ClientId, Identifier, IdentifierState, Lang, OrganizationId, Person, PersonId, Purpose};

use crate::config::{Config, Where};
use crate::house;

#[derive(Subcommand)]
pub(crate) enum Org {
    /// Registers an organization and prints its id.
    Add {
        /// What people call it.
        name: String,
        #[command(flatten)]
        place: Where,
    },
}

#[derive(Subcommand)]
pub(crate) enum ClientCommand {
    /// Registers a client and prints its id.
    Add(Box<NewClient>),
}

#[derive(Subcommand)]
pub(crate) enum PersonCommand {
    /// Makes a place for a person's plans and prints a sign-in link that works once.
    Invite(Box<Invitation>),
}

#[derive(Args)]
pub(crate) struct NewClient {
    /// What people call it.
    name: String,
    /// What it is.
    #[arg(long, value_enum)]
    kind: Kind,
    /// The organization that runs it, by id.
    #[arg(long)]
    organization: Option<OrganizationId>,
    /// Its key set, by address (https).
    #[arg(long, conflicts_with = "jwks_file")]
    jwks_url: Option<String>,
    /// Its key set, from a file.
    #[arg(long)]
    jwks_file: Option<PathBuf>,
    /// Where answers may go; repeat for more.
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// The scopes it may ask for, separated by blanks.
    #[arg(long)]
    scopes: String,
    /// The purposes it may state; the first is its default.
    #[arg(long = "purpose", required = true)]
    purposes: Vec<Purpose>,
    #[command(flatten)]
    place: Where,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Ehr,
    PatientApp,
    CrisisService,
}

#[derive(Args)]
pub(crate) struct Invitation {
    /// What the person is called.
    name: String,
    /// The language their page speaks with them.
    #[arg(long, default_value = "en")]
    language: String,
    /// An identifier that you have checked, as system|number; repeat for more.
    #[arg(long = "verified-identifier")]
    identifiers: Vec<String>,
    /// Who has checked it.
    #[arg(long, default_value = "operator")]
    verified_by: String,
    #[command(flatten)]
    place: Where,
}

async fn house(place: &Where) -> Result<(Exchange, Place), String> {
    let config = Config::read(place)?;
    let store = house::store(&config.data, config.key).await?;
    Ok((house::exchange(store, &config.place, config.private_networks), config.place))
}

/// A name that people will read on their page: not empty, and without signs that turn the words around it.
fn called(name: &str) -> Result<String, String> {
    let turns = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if name.trim().is_empty() || name.contains(turns) {
        return Err("name: write at least one letter, and no control or direction signs".into());
    }
    Ok(name.to_owned())
}

async fn done(exchange: Exchange, said: &str) -> Result<ExitCode, String> {
    exchange.store().clone().close().await;
    println!("{said}");
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn org(command: Org) -> Result<ExitCode, String> {
    let Org::Add { name, place } = command;
    let name = called(&name)?;
    let (exchange, _) = house(&place).await?;
    let id = OrganizationId::from_random(exchange.fresh());
    let _receipt = exchange.put_organization(Organization { id, name }).await.map_err(|why| why.to_string())?;
    done(exchange, &id.to_string()).await
}

pub(crate) async fn client(command: ClientCommand) -> Result<ExitCode, String> {
    let ClientCommand::Add(new) = command;
    let (exchange, _) = house(&new.place).await?;
    if let Some(organization) = new.organization
        && exchange.organization(organization).await.map_err(|why| why.to_string())?.is_none()
    {
        return Err("organization: there is none with this id; add it first with `sayso org add`".into());
    }
    let client = new.client(ClientId::from_random(exchange.fresh()))?;
    let _receipt = exchange.put_client(&client).await.map_err(|why| why.to_string())?;
    done(exchange, &client.id.to_string()).await
}

impl NewClient {
    fn client(&self, id: ClientId) -> Result<Client, String> {
        let kind = match self.kind {
            Kind::Ehr => ClientKind::Ehr,
            Kind::PatientApp => ClientKind::PatientApp,
            Kind::CrisisService => ClientKind::CrisisService,
        };
        let auth = match (&self.jwks_url, &self.jwks_file) {
            (Some(url), _) => ClientAuth::PrivateKeyJwt { jwks: Jwks::Url(url.clone()) },
            (None, Some(file)) => {
                let bytes = std::fs::read(file).map_err(|error| format!("jwks-file: {error}"))?;
                let keys = KeySet::registered(&bytes).map_err(|fault| format!("jwks-file: {fault}"))?;
                ClientAuth::PrivateKeyJwt { jwks: Jwks::Inline(keys) }
            }
            (None, None) => ClientAuth::Public,
        };
        let redirect = |uri: &String| RedirectUri::register(uri).map_err(|fault| format!("redirect-uri: {fault}"));
        let client = Client {
            id,
            name: called(&self.name)?,
            organization: self.organization,
            kind,
            auth,
            redirect_uris: self.redirect_uris.iter().map(redirect).collect::<Result<_, _>>()?,
            scopes: Scopes::parse_whole(&self.scopes).map_err(|fault| format!("scopes: {fault}"))?,
            purposes: self.purposes.clone(),
            default_purpose: self.purposes.first().copied().ok_or("purpose: name at least one")?,
            state: ClientState::Active,
        };
        client.checked().map_err(|fault| fault.to_string())
    }
}

pub(crate) async fn person(command: PersonCommand) -> Result<ExitCode, String> {
    let PersonCommand::Invite(invitation) = command;
    let (exchange, address) = house(&invitation.place).await?;
    let id = PersonId::from_random(exchange.fresh());
    let verified = |text: &String| {
        let parts = text.split_once('|').filter(|(system, value)| !system.is_empty() && !value.is_empty());
        let (system, value) = parts.ok_or("verified-identifier: write system|number")?;
        let state = IdentifierState::Verified { by: invitation.verified_by.clone(), at: exchange.now() };
        Ok(Identifier { system: system.into(), value: value.into(), state })
    };
    let person = Person {
        id,
        name: called(&invitation.name)?,
        language: Lang::try_from(invitation.language.as_str()).map_err(|fault| format!("language: {fault}"))?,
        zone_minutes: 0,
        birth_date: None,
        identifiers: invitation.identifiers.iter().map(verified).collect::<Result<_, String>>()?,
    };
    // Verified for two, it would find neither: a crisis service would no longer find the one who is here already.
    for Identifier { system, value, .. } in &person.identifiers {
        let taken = exchange.store().person_by_identifier(system, value).await.map_err(|why| why.to_string())?;
        if taken.is_some() {
            return Err("verified-identifier: it is verified for another person here; check whose it is first".into());
        }
    }
    let _receipt = exchange.create_person(person).await.map_err(|why| why.to_string())?;
    let once = exchange.invite(id).await.map_err(|why| why.to_string())?;
    let link = format!("{}/me/sign-in?once={}", address.issuer(), once.expose());
    done(exchange, &link).await
}
