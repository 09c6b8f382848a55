//! What an action does to a group of alerts.

use super::super::{Cx, OverlayRequest, Request, Then, watched};
use crate::console::keymap::Action;
use crate::incident::{Intent, Matching};
use crate::signals::{AlertGroup, SourceKind};

/// What an action does to the group under the cursor.
pub(super) fn act(action: Action, group: &AlertGroup, cx: &Cx<'_>) -> Option<Request> {
    let shown = cx.room.shown();
    Some(match action {
        Action::Accept => Request::Open(OverlayRequest::Alerts {
            source: group.source.clone(),
            group: group.key.clone(),
            title: group.name.clone(),
        }),
        Action::PinEvidence => {
            watched::pin(group.evidence(watched::answered_at(&group.source, cx)))
        }
        Action::CopyAddress => watched::copy(
            group.url.as_ref(),
            "the alert's address",
            "These alerts have no page.",
        ),
        Action::AcknowledgeAlerts if shown.acknowledgement(&group.key, cx.now).is_some() => {
            Request::Submit(Intent::UnacknowledgeAlerts {
                group: group.key.clone(),
                reason: None,
            })
        }
        Action::AcknowledgeAlerts => watched::ask(
            "Why they need nothing now (1h restarting: a time first, if it ends)".to_owned(),
            String::new(),
            Then::AcknowledgeAlerts {
                group: group.key.clone(),
                title: group.name.clone(),
            },
        ),
        Action::SilenceAlerts => watched::ask(
            format!(
                "Silence {}: how long and why (2h deploying the fix)",
                group.name
            ),
            String::new(),
            Then::Silence {
                source: group.source.clone(),
                title: group.name.clone(),
                matchers: matchers(group),
            },
        ),
        Action::ExpireSilence => {
            let silence = group.silences.first()?;
            watched::ask(
                format!("Why the silence of {} ends now", group.name),
                String::new(),
                Then::ExpireSilence {
                    source: group.source.clone(),
                    silence: silence.clone(),
                },
            )
        }
        _ => return None,
    })
}

/// What a silence of this group matches: its name, and the grouping labels that have a value.
fn matchers(group: &AlertGroup) -> Vec<Matching> {
    let label = |name: &str, value: &str| Matching {
        name: name.into(),
        value: value.into(),
        regex: false,
        equal: true,
    };
    let mut all = vec![label("alertname", &group.name)];
    for (name, value) in &group.labels {
        let groups = group.key.contains(&format!("{name}="));
        if groups && &**name != "alertname" {
            all.push(label(name, value));
        }
    }
    all
}

/// Why the action is not possible now for the group under the cursor.
pub(super) fn why_not(action: Action, on: Option<&AlertGroup>, cx: &Cx<'_>) -> Option<String> {
    match action {
        Action::PinEvidence
        | Action::CopyAddress
        | Action::AcknowledgeAlerts
        | Action::SilenceAlerts
        | Action::ExpireSilence
            if on.is_none() =>
        {
            Some("No alert is shown here.".to_owned())
        }
        Action::SilenceAlerts => {
            let kind = on
                .and_then(|group| cx.live.source(&group.source))
                .map(|s| s.kind);
            (kind != Some(SourceKind::Alertmanager)).then(|| {
                "Silences are made in Alertmanager; these alerts come from elsewhere.".to_owned()
            })
        }
        Action::ExpireSilence => {
            let none = on.is_none_or(|group| group.silences.is_empty());
            none.then(|| "No silence keeps these alerts quiet.".to_owned())
        }
        _ => None,
    }
}
