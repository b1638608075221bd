//! A report leaves the house as a table; that it did is written down first.

use crate::app::App;
use crate::domain::handoff::report::Span;
use crate::domain::user::Caller;
use crate::store::audit::Object;

use super::ActionError;

/// Writes down who takes a report of calls away, and of which days: what is in it says
/// nothing of anybody.
pub async fn note(app: &App, caller: Caller, span: Span) -> Result<(), ActionError> {
    let days = format!("{} {}", span.from, span.to);
    app.store
        .write(move |tx| {
            let object = Object { kind: "report", id: None };
            tx.audit_with(&caller.actor, "report.export", object, days.clone());
            Ok(())
        })
        .await
}
