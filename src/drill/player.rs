//! Plays a scenario: hands each cue to the stage when its time has come.

use super::scenario::{Act, Cue, Scenario};
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// What carries out a cue: the real wire in a demo, a list in a test.
pub trait Stage {
    /// What goes wrong there.
    type Error;

    /// Carries it out. `ago` is how long before the drill's beginning it happened; zero for what
    /// happens while it is played.
    ///
    /// # Errors
    /// When it could not be carried out; the player then stops.
    fn act(&mut self, act: &Act, ago: Duration) -> impl Future<Output = Result<(), Self::Error>>;
}

/// How fast a scenario is played: 1 is as written, 10 is ten times as fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(f64);

/// A speed that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a speed: write a number from 0.1 to 1000, such as 2")]
pub struct ParseSpeedError(String);

impl std::str::FromStr for Speed {
    type Err = ParseSpeedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim_end_matches('x').parse::<f64>() {
            Ok(speed) if (0.1..=1000.0).contains(&speed) => Ok(Self(speed)),
            _ => Err(ParseSpeedError(text.to_owned())),
        }
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Plays the scenario to its end.
///
/// # Errors
/// The first cue that could not be carried out, with the line of its file.
pub async fn play<S: Stage>(
    scenario: &Scenario,
    speed: Speed,
    stage: &mut S,
) -> Result<(), (usize, S::Error)> {
    let begun = Instant::now();
    for cue in &scenario.cues {
        tokio::time::sleep_until(begun + after(cue, speed)).await;
        let ago = (-cue.at).to_std().unwrap_or_default();
        stage
            .act(&cue.act, ago)
            .await
            .map_err(|error| (cue.line, error))?;
    }
    Ok(())
}

/// How long after the beginning it is its turn; what lies before is at once.
fn after(cue: &Cue, speed: Speed) -> Duration {
    let written = cue.at.to_std().unwrap_or_default();
    Duration::from_secs_f64(written.as_secs_f64() / speed.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::scenario::parse;

    /// When it was, from the beginning; how long before it; what was said.
    type Said = (Duration, u64, String);

    struct Seen {
        begun: Instant,
        acts: Vec<Said>,
    }

    impl Stage for Seen {
        type Error = ();

        async fn act(&mut self, act: &Act, ago: Duration) -> Result<(), ()> {
            let Act::Say { line, .. } = act else {
                return Err(());
            };
            let at = self.begun.elapsed();
            self.acts.push((at, ago.as_secs(), line.clone()));
            Ok(())
        }
    }

    async fn seen(text: &str, speed: &str) -> (Result<(), (usize, ())>, Vec<Said>) {
        let mut stage = Seen {
            begun: Instant::now(),
            acts: Vec::new(),
        };
        let played = play(&parse(text).unwrap(), speed.parse().unwrap(), &mut stage).await;
        (played, stage.acts)
    }

    #[tokio::test]
    async fn each_cue_has_its_time_and_the_past_is_at_once() {
        let text = "title = 'x'\npeople = ['bo']\n[[cue]]\nat = '-3m'\nby = 'bo'\nsay = 'past'\n\
                    [[cue]]\nat = '20s'\nby = 'bo'\nsay = 'then'\n";
        let (played, acts) = seen(text, "1000").await;
        assert_eq!(played, Ok(()));
        let said: Vec<(u64, &str)> = acts.iter().map(|(_, ago, line)| (*ago, &**line)).collect();
        assert_eq!(said, [(180, "past"), (0, "then")]);
        // Never early; how late is the machine's to say.
        assert!(acts[1].0 >= Duration::from_millis(20), "{acts:?}");
    }

    #[tokio::test]
    async fn the_cue_that_failed_is_named_by_its_line() {
        let text = "title = 'x'\npeople = ['bo']\n[[cue]]\nat = '0s'\nalert = { name = 'Down' }\n";
        let (played, _) = seen(text, "1x").await;
        assert_eq!(played, Err((3, ())));
    }

    #[test]
    fn only_a_speed_is_a_speed() {
        for text in ["0", "-1", "fast", "NaN", "inf", ""] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }
}
