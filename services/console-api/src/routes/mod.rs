//! Every route, one file and one line each. The path and the method stand at the handler, in the attribute that
//! documents it, so that the router and the OpenAPI document cannot differ.

use axum::Router;
use axum::routing::{MethodFilter, on};
use utoipa::OpenApi;
use utoipa::openapi::path::HttpMethod;

use crate::state::ApiState;

mod show_public_page;

macro_rules! routes {
    ($($module:ident)*) => {
        $(mod $module;)*

        #[derive(OpenApi)]
        #[openapi(paths($($module::handler,)*))]
        struct Documented;

        /// The routes as axum knows them.
        pub fn table() -> Router<ApiState> {
            let table = Router::new();
            $(let table = table.route(&path::<$module::__path_handler>(), on(method::<$module::__path_handler>(), $module::handler));)*
            table
        }
    };
}

routes! {
    open_session
    show_session
    close_session
    change_password
    show_duty
    set_duty
    list_duties
    open_seat
    show_seat
    close_seat
    echo_seat
    list_calls
    show_call
    answer_call
    refuse_call
    hold_call
    resume_call
    add_party
    drop_party
    transfer_call
    leave_call
    press_digits
    prompt_caller
    listen_call
    whisper_call
    barge_call
    stop_listening
    lift_restriction
    hangup_call
    dispose_call
    withdraw_disposition
    record_call_back
    take_call_back
    dial_back
    play_recording
    list_incidents
    open_incident
    show_incident
    edit_incident
    dispatch_incident
    reassign_incident
    close_incident
    reopen_incident
    cancel_incident
    merge_incident
    split_incident
    mark_mass_event
    transfer_incident
    note_incident
    issue_report
    answer_card
    raise_alarm
    advise_units
    list_units
    register_unit
    change_unit
    show_crew
    report_crew
    list_assignments
    acknowledge_assignment
    decline_assignment
    report_en_route
    report_on_scene
    report_working
    report_under_control
    complete_assignment
    take_step_back
    confirm_delivered
    confirm_seen
    refer_call
    list_referrals
    forward_referral
    list_paper_forms
    give_out_paper_forms
    show_paper_form
    settle_paper_form
    show_roster
    change_roster
    list_handovers
    hand_shift_over
    take_shift_over
    list_form_drafts
    keep_form_draft
    drop_form_draft
    classify_text
    find_duplicates
    show_policy
    list_rules_drafts
    save_rules_draft
    step_rules_draft
    show_cards
    list_card_drafts
    save_card_draft
    step_card_draft
    list_areas
    import_areas
    find_places
    import_places
    list_place_lists
    show_map
    list_map_places
    read_base_map
    show_heat_map
    report_response
    give_recap
    show_public_performance
    list_agencies
    add_agency
    change_agency
    list_contacts
    show_channels
    test_channels
    take_channel_report
    note_sound_test
    count_alarms
    show_alarms
    take_neighbour_message
    show_wallboard
    list_escalations
    show_alerts
    propose_disaster
    confirm_disaster
    end_disaster
    note_call_in
    send_broadcast
    read_broadcast
    list_trunks
    list_numbers
    rule_number
    list_users
    add_user
    change_user
    list_log
    show_checkpoint
    list_checkpoints
    prove_entry
    prove_growth
    show_public_key
    follow_feed
    show_liveness
    show_readiness
    show_metrics
    show_openapi
}

/// The document of the routes, without what holds for all of them.
pub fn documented() -> utoipa::openapi::OpenApi {
    Documented::openapi()
}

/// The same answers where probes and Prometheus look for them by custom.
pub fn customary_paths() -> Router<ApiState> {
    use axum::routing::get;
    Router::new()
        .route("/health/live", get(show_liveness::handler))
        .route("/health/ready", get(show_readiness::handler))
        .route("/metrics", get(show_metrics::handler))
        .route("/publik", get(show_public_page::handler))
}

fn path<P: utoipa::Path>() -> String {
    P::path()
}

fn method<P: utoipa::Path>() -> MethodFilter {
    let filter = |method: HttpMethod| match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    };
    let filters = P::methods().into_iter().map(filter);
    filters.reduce(MethodFilter::or).unwrap_or(MethodFilter::GET)
}
