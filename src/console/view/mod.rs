//! What is seen. A frame follows from the app alone.

pub mod board;
pub mod footer;
pub mod header;
pub mod incident;
mod nags;
pub mod overlay;
pub mod paint;
pub mod past;
#[cfg(test)]
mod tests;
mod wall;

use super::app::{App, Screen};
use super::layout::{self, SMALLEST};
use super::text::wrap;
use super::theme::Meaning;
use super::update::contexts;
use paint::Piece;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws the whole screen.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    if !layout::fits(area) {
        too_small(app, area, frame);
        return;
    }
    let buf = frame.buffer_mut();
    if app.on_duty() && app.overlays.is_empty() {
        wall::on_duty(app, buf);
        return;
    }
    let mut cursor = None;
    let mut free = None;
    let foot = match &app.screen {
        Screen::Board(at) => {
            board::draw(app, *at, buf);
            area.bottom().saturating_sub(1)
        }
        Screen::Incident(screen) => {
            cursor = incident::draw(app, screen, buf);
            let places = app.places();
            if let Some(composer) = places.composer
                && composer.height > 1
                && screen.composer.draft().is_empty()
            {
                free = Some(composer.bottom() - 1);
            }
            places.composer.map_or(places.footer.y, |area| area.y)
        }
    };
    let last = Rect {
        y: area.bottom().saturating_sub(1),
        height: 1,
        ..area
    };
    let contexts = contexts(app);
    footer::draw(app, &contexts, last, buf);
    if !app.overlays.is_empty() {
        cursor = None;
    }
    for overlay in &app.overlays {
        cursor = overlay::draw(app, overlay, buf).or(cursor);
    }
    footer::following(app, &contexts, foot, buf);
    if let (Some(row), Some((_, room)), true) = (free, app.open(), app.overlays.is_empty())
        && app.past().is_none()
    {
        nags::draw(app, room, row, buf);
    }
    footer::notice(app, foot, free, buf);
    if let Some(at) = cursor.filter(|at| area.contains(*at)) {
        frame.set_cursor_position(at);
    }
}

/// Says what size is needed, in as many cells as there are.
fn too_small(app: &App, area: Rect, frame: &mut Frame<'_>) {
    let look = app.look(false);
    let said = format!(
        "warroom needs {} by {} cells; this terminal has {} by {}. Make it larger. Nothing is lost.",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    let buf = frame.buffer_mut();
    for (line, at) in wrap(&said, usize::from(area.width))
        .into_iter()
        .zip(0..area.height)
    {
        let piece = Piece::new(line, look.theme.style(Meaning::Text));
        paint::left(&[piece], paint::row(area, at), buf);
    }
}
