use super::color::contrast;
use super::*;
use ratatui::style::Modifier;
use std::fs;

/// The contrast that a meaning has where it is drawn, by what the theme expects of the terminal.
fn contrast_of(theme: &Theme, meaning: Meaning) -> f64 {
    let style = theme.style(meaning);
    let own = |color: Option<Color>, expected| match color {
        None | Some(Color::Reset) => expected,
        Some(color) => color,
    };
    let (mut fg, mut bg) = (
        own(style.fg, theme.foreground()),
        own(style.bg, theme.background()),
    );
    if style.add_modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    contrast(fg, bg).unwrap_or_else(|| panic!("{}: {fg:?} on {bg:?}", meaning.name()))
}

#[test]
fn every_theme_that_comes_with_the_program_loads() {
    for name in Theme::names(None) {
        let theme = Theme::load(&name, None).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(theme.name(), name);
    }
    assert_eq!(Theme::default().name(), "dark");
}

#[test]
fn text_can_be_read() {
    for name in ["dark", "light", "high-contrast", "solarized-dark"] {
        let theme = Theme::load(name, None).unwrap();
        let high = name == "high-contrast";
        for &meaning in Meaning::ALL {
            let least = match meaning {
                Meaning::Border => 1.3,
                _ if high => 7.0,
                Meaning::Muted | Meaning::Placeholder | Meaning::Retracted => 3.0,
                _ if meaning.fallback() == Meaning::Muted => 3.0,
                _ => 4.5,
            };
            let found = contrast_of(&theme, meaning);
            assert!(
                found >= least,
                "{name}: {} has {found:.2}, not {least}",
                meaning.name()
            );
        }
    }
}

#[test]
fn the_selection_and_the_focus_are_plain_at_every_depth() {
    for name in Theme::names(None) {
        for depth in [
            ColorDepth::None,
            ColorDepth::Ansi16,
            ColorDepth::Indexed256,
            ColorDepth::True,
        ] {
            let theme = Theme::load(&name, None).unwrap().for_depth(depth);
            let differ = [
                (Meaning::Selection, Meaning::Text),
                (Meaning::Selection, Meaning::SelectionFaint),
                (Meaning::BorderFocused, Meaning::Border),
                (Meaning::Cursor, Meaning::Text),
                (Meaning::Sev1, Meaning::Text),
                (Meaning::Muted, Meaning::Text),
            ];
            for (a, b) in differ {
                assert_ne!(
                    theme.style(a),
                    theme.style(b),
                    "{name} {depth:?} {a:?} {b:?}"
                );
            }
        }
    }
}

#[test]
fn no_colour_means_no_colour() {
    for name in Theme::names(None) {
        let theme = Theme::load(&name, None)
            .unwrap()
            .for_depth(ColorDepth::None);
        for &meaning in Meaning::ALL {
            let style = theme.style(meaning);
            assert!(
                style.fg.is_none() && style.bg.is_none(),
                "{name}: {}",
                meaning.name()
            );
        }
    }
}

#[test]
fn the_fallback_theme_keeps_to_16_colours() {
    let theme = Theme::load("ansi16", None).unwrap();
    assert_eq!(
        theme.clone().for_depth(ColorDepth::Ansi16).styles,
        theme.styles
    );
}

/// Writes theme files and loads the first of them.
fn load(files: &[(&str, &str)]) -> Result<Theme, String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(format!("{name}.toml")), text).unwrap();
    }
    let prefix = format!("{}/", dir.path().display());
    Theme::load(files[0].0, Some(dir.path())).map_err(|e| e.to_string().replace(&prefix, ""))
}

#[test]
fn every_mistake_is_shown_in_its_place() {
    let text = "palete = 1\nappearance = 'dim'\n[palette]\nink = 300\n[meaning]\nsev5 = 'red'\n\
                text = { fg = 'red', blod = true }\nmuted = { bold = 1 }\ngood = 7.5\n";
    insta::assert_snapshot!(load(&[("a", text)]).unwrap_err());
    insta::assert_snapshot!(load(&[("a", "[meaning]\ntext = 'rde'\ngood = 'zzz'")]).unwrap_err());
    insta::assert_snapshot!(load(&[("a", "inherits = 'drak'")]).unwrap_err());
    insta::assert_snapshot!(load(&[("a", "[meaning\n")]).unwrap_err());
    insta::assert_snapshot!(Theme::load("drak", None).unwrap_err());
}

#[test]
fn inheritance_overlays_palette_and_rows() {
    let base = "[palette]\nink = '#111111'\n[meaning]\ntext = 'ink'\ngood = 'green'";
    let leaf = "inherits = 'base'\n[palette]\nink = 7\n[meaning]\ngood = { bold = true }";
    let theme = load(&[("leaf", leaf), ("base", base)]).unwrap();
    assert_eq!(theme.style(Meaning::Text).fg, Some(Color::Indexed(7)));
    assert_eq!(
        theme.style(Meaning::Good),
        Style::new().add_modifier(Modifier::BOLD)
    );
    assert_eq!(theme.style(Meaning::StepDone), theme.style(Meaning::Good));
}

#[test]
fn a_circle_is_refused_and_our_own_name_is_not_one() {
    let message = load(&[("a", "inherits = 'b'"), ("b", "\ninherits = 'a'")]).unwrap_err();
    assert!(
        message.contains("themes inherit in a circle: a.toml")
            && message.contains("--> b.toml:2:12"),
        "{message}"
    );
    let theme = load(&[("dark", "inherits = 'dark'\n[meaning]\ngood = '#0f0'")]).unwrap();
    assert_eq!(theme.style(Meaning::Good).fg, Some(Color::Rgb(0, 255, 0)));
    assert_eq!(
        theme.style(Meaning::Danger),
        Theme::default().style(Meaning::Danger)
    );
}

#[test]
fn a_name_does_not_lead_out_of_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("x.toml"), "").unwrap();
    fs::create_dir(dir.path().join("themes")).unwrap();
    assert!(Theme::load("../x", Some(&dir.path().join("themes"))).is_err());
}
