use super::*;

fn wish(layout: Layout) -> Wish {
    Wish {
        layout,
        pane: Focus::Timeline,
        beside: Focus::Situation,
        zoomed: false,
        composer_rows: 2,
        runbooks: 1,
        runbook_right: false,
        watched: Watched::default(),
    }
}

/// Every cell belongs to one thing at most, and all of it is on the screen.
fn check(size: Rect, places: &Places) {
    let mut all: Vec<Rect> = places.panes.iter().map(|(_, area)| *area).collect();
    all.extend([places.header, places.footer]);
    all.extend(places.tabs);
    all.extend(places.other_runbook);
    all.extend(places.composer);
    let cells: u32 = all.iter().map(|area| area.area()).sum();
    assert_eq!(cells, size.area(), "{size:?} {places:?}");
    for (at, one) in all.iter().enumerate() {
        assert_eq!(one.intersection(size), *one);
        for other in all.iter().skip(at + 1) {
            assert_eq!(one.intersection(*other).area(), 0, "{places:?}");
        }
    }
}

#[test]
fn every_size_is_filled_and_nothing_overlaps() {
    for layout in Layout::ALL {
        for width in 0..220 {
            for height in [0, 1, 2, 3, 10, 16, 24, 40, 50] {
                let size = Rect::new(0, 0, width, height);
                check(size, &incident(size, wish(layout)));
            }
        }
    }
}

#[test]
fn two_runbooks_stand_beside_each_other_where_both_can_be_read() {
    let at = |width, height, runbook_right, zoomed| {
        let size = Rect::new(0, 0, width, height);
        let wish = Wish {
            runbooks: 2,
            runbook_right,
            pane: Focus::Runbook,
            zoomed,
            ..wish(Layout::Commander)
        };
        let places = incident(size, wish);
        check(size, &places);
        let pane = places.pane(Focus::Runbook).unwrap();
        (pane.x, pane.width, places.other_runbook.map(|area| area.x))
    };
    assert_eq!(at(200, 50, false, false), (0, 100, Some(100)));
    assert_eq!(at(200, 50, true, false), (100, 100, Some(0)));
    assert_eq!(at(120, 40, false, true), (0, 60, Some(60)));
    assert_eq!(at(120, 40, false, false).2, None);
    assert_eq!(at(80, 24, false, false).2, None);
}

#[test]
fn the_width_decides_on_the_columns() {
    let at = |width, height| {
        let size = Rect::new(0, 0, width, height);
        let places = incident(size, wish(Layout::Commander));
        (places.panes.len(), places.tabs.is_some())
    };
    assert_eq!(at(200, 50), (4, false));
    assert_eq!(at(120, 40), (4, false));
    assert_eq!(at(80, 24), (1, true));
}

#[test]
fn a_zoomed_pane_has_the_body_alone() {
    let mut zoomed = wish(Layout::Commander);
    zoomed.zoomed = true;
    zoomed.pane = Focus::Runbook;
    let size = Rect::new(0, 0, 200, 50);
    let places = incident(size, zoomed);
    assert_eq!(places.panes, [(Focus::Runbook, Rect::new(0, 1, 200, 46))]);
    check(size, &places);
}

#[test]
fn the_operations_lead_has_the_runbook_above_what_happened_and_asks_beside_it() {
    let watched = Watched {
        signals: true,
        errors: false,
        alerts: true,
    };
    let at = |width, height, runbooks| {
        let size = Rect::new(0, 0, width, height);
        let wish = Wish {
            runbooks,
            watched,
            pane: Focus::Runbook,
            beside: Focus::Signals,
            ..wish(Layout::Operations)
        };
        let places = incident(size, wish);
        check(size, &places);
        places
    };
    let wide = at(200, 50, 1);
    let shown: Vec<Focus> = wide.panes.iter().map(|(pane, _)| *pane).collect();
    let want = [
        Focus::Runbook,
        Focus::Timeline,
        Focus::Command,
        Focus::Signals,
        Focus::Alerts,
        Focus::Situation,
    ];
    assert_eq!(shown, want);
    let runbook = wide.pane(Focus::Runbook).unwrap();
    let timeline = wide.pane(Focus::Timeline).unwrap();
    assert!(runbook.height > timeline.height && runbook.bottom() == timeline.y);
    assert!(
        at(200, 50, 2).other_runbook.is_some(),
        "two stand beside each other"
    );
    let narrow = at(120, 40, 1);
    let shown: Vec<Focus> = narrow.panes.iter().map(|(pane, _)| *pane).collect();
    let want = [
        Focus::Runbook,
        Focus::Timeline,
        Focus::Command,
        Focus::Signals,
    ];
    assert_eq!(shown, want);
    // Nothing to work through takes no room from what happened.
    assert_eq!(at(120, 40, 0).pane(Focus::Runbook).unwrap().height, 3);
    let low = at(80, 24, 1);
    assert_eq!((low.panes.len(), low.tabs.is_some()), (1, true));
}
