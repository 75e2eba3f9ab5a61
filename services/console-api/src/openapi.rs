//! The OpenAPI document: what the handlers say, and what holds for all of them.

use utoipa::ToSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AllOf, ObjectBuilder, OneOf, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, ContentBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder};

use crate::feed::{ConsoleMessage, FeedMessage};
use crate::problem::ProblemBody;
use crate::{routes, session};

/// The whole document.
pub fn openapi() -> OpenApi {
    let mut document = routes::documented();
    document.info.title = "Sigap 112".to_owned();
    document.info.description = Some(
        "JSON; times RFC 3339 in UTC with microseconds; ids UUIDv7; counters that could pass 2^53 are strings. \
         Errors are application/problem+json with a stable code. Every write takes an Idempotency-Key and \
         answers a repeat with the first answer. The feed's messages are FeedMessage and ConsoleMessage."
            .to_owned(),
    );
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let components = document.components.get_or_insert_default();
    add_schema::<ProblemBody>(components, "Problem");
    add_schema::<FeedMessage>(components, "FeedMessage");
    add_schema::<ConsoleMessage>(components, "ConsoleMessage");
    add_security(components);
    complete_views(components);
    document.security = Some(vec![
        SecurityRequirement::new("bearer", Vec::<String>::new()),
        SecurityRequirement::new("cookie", Vec::<String>::new()),
    ]);
    for item in document.paths.paths.values_mut() {
        let writes = [&mut item.post, &mut item.patch, &mut item.delete, &mut item.put];
        for operation in writes.into_iter().flatten() {
            operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            add_problem(operation);
        }
        if let Some(operation) = &mut item.get {
            add_problem(operation);
        }
    }
    document
}

fn add_schema<T: ToSchema>(components: &mut Components, name: &str) {
    let mut needed = Vec::new();
    T::schemas(&mut needed);
    components.schemas.extend(needed);
    components.schemas.insert(name.to_owned(), T::schema());
}

fn add_security(components: &mut Components) {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(session::COOKIE)));
    components.add_security_scheme("bearer", bearer);
    components.add_security_scheme("cookie", cookie);
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "1 to 200 visible ASCII characters. A repeat with the same key gets the first answer.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(200)).build()))
        .build()
}

fn add_problem(operation: &mut Operation) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let retry_after =
        HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Integer))).build();
    let problem = ResponseBuilder::new()
        .description("What cannot be done, and why: see docs/api-errors.md")
        .header("Retry-After", retry_after)
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
}

/// A view always has all its fields (unknown is null); what is sent in may leave out what is optional. Problems
/// leave out what does not apply.
fn complete_views(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        if !name.ends_with("Request") && name != "Problem" {
            require_all(schema);
        }
    }
}

fn require_all(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            object.required = object.properties.keys().cloned().collect();
            object.properties.values_mut().for_each(require_all);
        }
        Schema::AllOf(AllOf { items, .. }) | Schema::OneOf(OneOf { items, .. }) => {
            items.iter_mut().for_each(require_all);
        }
        Schema::Array(_) | Schema::AnyOf(_) => {}
        // The enumeration is not closed; a kind that no view has needs nothing.
        _ => {}
    }
}
