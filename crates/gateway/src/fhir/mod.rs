//! FHIR R4: read, search, history, operations, and what an app may push.

mod answers;
mod ask;
mod bundle;
mod consent_operations;
mod consents;
mod current_plan;
mod follow;
mod metadata;
mod parameters;
mod push;
mod read;
mod search;
mod share;
mod tasks;
mod validate;

use sayso_auth::{Interaction, ResourceType};

use crate::policy::Policy;
use crate::router::{Route, scope};

/// Types that are searched: of one person, or of all who share with the caller's organization.
const SEARCHED: &[ResourceType] = &[
    ResourceType::Patient,
    ResourceType::CarePlan,
    ResourceType::Goal,
    ResourceType::CareTeam,
    ResourceType::Observation,
    ResourceType::RelatedPerson,
    ResourceType::Consent,
    ResourceType::DocumentReference,
    ResourceType::Composition,
    ResourceType::Provenance,
];

/// The rows of the table under `/fhir`.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![Route::get("/fhir/metadata", Policy::Public, metadata::metadata)];
    for kind in SEARCHED.iter().copied() {
        let read = scope(kind, Interaction::Read);
        let find = scope(kind, Interaction::Search);
        let name = kind.name();
        routes.extend([
            Route::get(format!("/fhir/{name}"), find, search::by_get).of(kind),
            Route::post(format!("/fhir/{name}/_search"), find, search::by_post).of(kind),
            Route::get(format!("/fhir/{name}/_history"), scope(kind, Interaction::HistoryType), follow::history)
                .of(kind),
            Route::get(format!("/fhir/{name}/{{id}}"), read, read::read).of(kind),
            Route::get(
                format!("/fhir/{name}/{{id}}/_history"),
                scope(kind, Interaction::HistoryInstance),
                read::history,
            )
            .of(kind),
            Route::get(
                format!("/fhir/{name}/{{id}}/_history/{{version}}"),
                scope(kind, Interaction::Vread),
                read::vread,
            )
            .of(kind),
        ]);
    }
    // A document needs the scope of DocumentReference, whatever it consists of.
    let document = scope(ResourceType::DocumentReference, Interaction::Read);
    routes.extend([
        Route::get("/fhir/Bundle/{id}", document, current_plan::document),
        Route::get("/fhir/Patient/$current-plan", document, current_plan::by_get),
        Route::post("/fhir/Patient/$current-plan", document, current_plan::by_post),
        Route::post(
            "/fhir/Patient/$ask-to-share",
            scope(ResourceType::Patient, Interaction::Search),
            share::ask_to_share,
        ),
        Route::post("/fhir", Policy::EachEntry, push::transaction),
        // Published clients put a slash behind the base when they send it a Bundle.
        Route::post("/fhir/", Policy::EachEntry, push::transaction),
        Route::post(
            "/fhir/DocumentReference",
            Policy::OwnApp(ResourceType::DocumentReference, Interaction::Create),
            push::document,
        ),
        Route::post("/fhir/Bundle", Policy::EachEntry, push::plan_as_document),
        Route::post("/fhir/CarePlan", Policy::OwnApp(ResourceType::CarePlan, Interaction::Create), push::care_plan_new),
        Route::put(
            "/fhir/CarePlan/{id}",
            Policy::OwnApp(ResourceType::CarePlan, Interaction::Update),
            push::care_plan_again,
        ),
        Route::post(
            "/fhir/QuestionnaireResponse",
            Policy::OwnApp(ResourceType::QuestionnaireResponse, Interaction::Create),
            answers::answers,
        ),
    ]);
    let consent = ResourceType::Consent;
    routes.extend([
        Route::post("/fhir/Consent", scope(consent, Interaction::Create), consents::create),
        Route::put("/fhir/Consent/{id}", Policy::OwnApp(consent, Interaction::Update), consents::update),
    ]);
    let task = ResourceType::Task;
    routes.extend([
        Route::get("/fhir/Task", scope(task, Interaction::Search), search::by_get).of(task),
        Route::post("/fhir/Task/_search", scope(task, Interaction::Search), search::by_post).of(task),
        Route::get("/fhir/Task/{id}", scope(task, Interaction::Read), tasks::read),
        Route::post("/fhir/Task", scope(task, Interaction::Create), tasks::create),
    ]);
    routes.extend([
        Route::post("/fhir/Consent/$preview", Policy::OwnAppDecisions, consent_operations::preview),
        Route::post("/fhir/Consent/$explain", Policy::OwnAppDecisions, consent_operations::explain),
    ]);
    // To have something checked is allowed to whom it is allowed to send it.
    routes.extend(validate::types().map(|kind| {
        let sends = Policy::OwnApp(kind, Interaction::Create);
        Route::post(format!("/fhir/{}/$validate", kind.name()), sends, validate::validate).of(kind)
    }));
    routes
}
