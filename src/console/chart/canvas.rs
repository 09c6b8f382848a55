//! A grid of dots finer than cells.

use super::Signs;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The bits of a braille pattern, by row and column of its two by four dots (Unicode, block
/// "Braille Patterns").
const BRAILLE: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A grid of dots: as many in each cell as its signs have.
pub(super) struct Canvas {
    cells: Vec<u8>,
    width: usize,
    height: usize,
    signs: Signs,
}

impl Canvas {
    pub(super) fn new(width: u16, height: u16, signs: Signs) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        Self {
            cells: vec![0; width * height],
            width,
            height,
            signs,
        }
    }

    /// How many dots stand side by side.
    pub(super) fn dots_wide(&self) -> usize {
        self.width * self.signs.dots().0
    }

    fn dots_high(&self) -> usize {
        self.height * self.signs.dots().1
    }

    fn dot(&mut self, x: usize, y: usize) {
        // The bits of braille also tell the two dots of a block apart, and the one of ASCII.
        let (wide, high) = self.signs.dots();
        let bit = BRAILLE.get(y % high).and_then(|row| row.get(x % wide));
        if let Some(cell) = self.cells.get_mut(y / high * self.width + x / wide) {
            *cell |= bit.copied().unwrap_or(0);
        }
    }

    /// A line through shares of the height, one for each column of dots; broken at gaps.
    pub(super) fn line(&mut self, shares: impl Iterator<Item = Option<f64>>) {
        let Some(top) = self.dots_high().checked_sub(1) else {
            return;
        };
        let mut before: Option<usize> = None;
        for (x, share) in shares.enumerate().take(self.dots_wide()) {
            let Some(share) = share else {
                before = None;
                continue;
            };
            let y = top - ((share.clamp(0.0, 1.0) * top as f64).round() as usize).min(top);
            self.dot(x, y);
            if let Some(before) = before {
                // The rise between two columns is drawn half in the one and half in the other.
                let middle = usize::midpoint(before, y);
                for between in before.min(middle)..=before.max(middle) {
                    self.dot(x - 1, between);
                }
                for between in y.min(middle)..=y.max(middle) {
                    self.dot(x, between);
                }
            }
            before = Some(y);
        }
    }

    /// Puts every cell that has a dot on the screen.
    pub(super) fn put(&self, style: Style, area: Rect, buf: &mut Buffer) {
        for (place, bits) in self
            .cells
            .iter()
            .enumerate()
            .filter(|(_, bits)| **bits != 0)
        {
            let (x, y) = (place % self.width.max(1), place / self.width.max(1));
            let at = |base: u16, by: usize| base.saturating_add(u16::try_from(by).unwrap_or(0));
            let sign = match (self.signs, *bits) {
                (Signs::Braille, bits) => char::from_u32(0x2800 + u32::from(bits)).unwrap_or('·'),
                (Signs::Blocks, 0x01) => '▀',
                (Signs::Blocks, 0x02) => '▄',
                (Signs::Blocks, _) => '█',
                (Signs::Ascii, _) => '*',
            };
            let mut bytes = [0; 4];
            let sign: &str = sign.encode_utf8(&mut bytes);
            buf.set_string(at(area.x, x), at(area.y, y), sign, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u16, height: u16, signs: Signs, shares: &[Option<f64>]) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let mut canvas = Canvas::new(width, height, signs);
        canvas.line(shares.iter().copied());
        canvas.put(Style::new(), area, &mut buf);
        let row = |y| {
            (0..width)
                .map(|x| buf[(x, y)].symbol().to_owned())
                .collect()
        };
        (0..height).map(row).collect()
    }

    #[test]
    fn a_line_rises_without_holes_and_breaks_at_gaps() {
        let rise: Vec<Option<f64>> = (0..8).map(|n| Some(f64::from(n) / 7.0)).collect();
        assert_eq!(drawn(4, 2, Signs::Braille, &rise), [" ⢀⡴⠋", "⡴⠋  "]);
        let gap = [Some(0.0), Some(0.0), None, None, Some(1.0), Some(1.0)];
        assert_eq!(drawn(3, 1, Signs::Braille, &gap), ["⣀ ⠉"]);
        let steps = [Some(0.0), Some(1.0), None, Some(0.5)];
        assert_eq!(drawn(4, 3, Signs::Ascii, &steps), [" *  ", "** *", "*   "]);
        assert_eq!(drawn(4, 2, Signs::Blocks, &steps), ["▄█ ▄", "█   "]);
        assert_eq!(drawn(0, 0, Signs::Braille, &rise), Vec::<String>::new());
    }
}
