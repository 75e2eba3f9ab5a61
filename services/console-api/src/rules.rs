//! Changes of the rules: who works at them, and what holds.

use axum::extract::FromRef;
use dispatch_core::ids::RulesDraftId;
use dispatch_core::policy::Rules as HeldRules;
use incident_store::{DeskCommand, SiteCommand, Store};

use crate::authority::Authority;
use crate::input::Written;
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::views::{RulesDraft, RulesDraftPage, RulesParts};

/// The rules of the site.
#[derive(Clone)]
pub struct Rules {
    store: Store,
    intake: Intake,
    names: NameBook,
}

impl FromRef<ApiState> for Rules {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
        }
    }
}

impl Rules {
    /// The drafts, the one that was touched last first, and the rules of a version: those that hold when none is named.
    ///
    /// # Errors
    /// `not_found` for a version that never held; when the store does not answer.
    pub async fn page(&self, version: Option<u64>) -> Result<RulesDraftPage, Problem> {
        let names = self.names.now();
        let holding = &names.policy().rules;
        let shown = match version.filter(|asked| *asked != holding.version) {
            Some(asked) => {
                let found = self.store.rules_of(asked).await?;
                RulesParts::of(&found.ok_or(Problem::new(Code::NotFound))?)
            }
            None => RulesParts::of(holding),
        };
        let drafts = self.store.rules_drafts().await?;
        let items = drafts.iter().map(|draft| RulesDraft::of(draft, &names)).collect();
        Ok(RulesDraftPage { items, rules: shown, next: None })
    }

    /// The rules from which somebody began to write; `None` when they hold still, or nobody said.
    ///
    /// # Errors
    /// A faulty field for a version that never held; when the store does not answer.
    pub async fn began(&self, base: Option<u64>) -> Result<Option<Box<HeldRules>>, Problem> {
        let holding = self.names.now().policy().rules.version;
        let Some(base) = base.filter(|base| *base != holding) else { return Ok(None) };
        let found = self.store.rules_of(base).await?;
        found.map(|rules| Some(Box::new(rules))).ok_or_else(|| {
            Problem::field("base", "unknown", "Versi ini tidak pernah berlaku.", "This version never held.")
        })
    }

    /// Changes a draft and shows it.
    ///
    /// # Errors
    /// What the desk refused; `draft_changed` shows what it is now.
    pub async fn change<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        id: RulesDraftId,
        command: SiteCommand,
    ) -> Result<RulesDraft, Problem> {
        let result = self.intake.write(may, written, vec![DeskCommand::Site(command)]).await;
        let draft = self.store.rules_draft(id).await?;
        let names = self.names.now();
        let shown = draft.map(|draft| RulesDraft::of(&draft, &names));
        match result {
            Ok(_) => shown.ok_or(Problem::new(Code::NotFound)),
            Err(problem) if problem.code() == Code::DraftChanged => Err(match shown {
                Some(current) => problem.now_being(current),
                None => problem,
            }),
            Err(problem) => Err(problem),
        }
    }
}
