//! The terminal: taken over whole, and given back whole whatever happens.
//!
//! Raw mode, the alternate screen, bracketed paste, the mouse and focus reports are switched on
//! together and off together. They go off when [`Terminal`] is dropped, when the program panics
//! (before the panic is printed, so that it can be read), and when the loop ends on a signal.

use super::ring::title_bytes;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, terminal};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use std::io::{self, BufWriter, Stdout, Write as _};
use std::mem::ManuallyDrop;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes gathered before they are written: a whole frame of a 200×50 screen in one write, so that
/// a slow line never shows half of it.
const FRAME_BYTES: usize = 64 * 1024;

/// The most text that is handed to the terminal's clipboard, in bytes. Terminals cut or refuse
/// more than about this.
pub const COPY_BYTES: usize = 64 * 1024;

/// Whether the terminal is ours now. The panic hook and the drop both give it back; only the first
/// one does anything.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether the window's title is ours now.
static TITLED: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// The terminal, taken over for as long as this lives.
pub struct Terminal {
    /// Never dropped: the library's own drop prints to stderr when the cursor cannot be shown, and
    /// where the terminal is gone that print panics. Nothing is in its buffer between frames.
    inner: ManuallyDrop<ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    /// The window's title, while it is ours.
    title: Option<String>,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it cannot be switched: it is no terminal, or it is gone. It is given back then.
    pub fn take() -> io::Result<Self> {
        give_back_on_panic();
        let writer = BufWriter::with_capacity(FRAME_BYTES, io::stdout());
        let mut taken = Self {
            inner: ManuallyDrop::new(ratatui::Terminal::new(CrosstermBackend::new(writer))?),
            title: None,
        };
        taken.resume()?;
        Ok(taken)
    }

    /// Draws one frame; only the cells that changed are written.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(view)?;
        self.inner.backend_mut().flush()
    }

    /// Gives the terminal to another program for a while.
    pub fn suspend(&mut self) {
        give_back();
    }

    /// Takes it over, or takes it back from another program, and draws everything anew.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(
            self.inner.backend_mut(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableMouseCapture,
            EnableFocusChange,
        )?;
        // Not `clear`: it asks the terminal where its cursor is, and waits for an answer that a slow
        // line delays and the event stream may take.
        let (width, height) = self.size()?;
        self.inner.resize(Rect::new(0, 0, width, height))?;
        self.entitle()
    }

    /// Sends the terminal something that draws nothing: a question that it answers among the keys,
    /// a bell.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        let writer = self.inner.backend_mut();
        writer.write_all(sequence.as_bytes())?;
        writer.flush()
    }

    /// Gives the window a title, or back the one that it had before. It is also given back with the
    /// terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn title(&mut self, title: Option<String>) -> io::Result<()> {
        self.title = title;
        self.entitle()
    }

    fn entitle(&mut self) -> io::Result<()> {
        let before = TITLED.swap(self.title.is_some(), Ordering::SeqCst);
        let bytes = title_bytes(before.then_some(""), self.title.as_deref());
        self.send(&bytes)
    }

    /// Puts text on the clipboard of the machine where the terminal is (OSC 52), also over ssh.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let end = text.floor_char_boundary(COPY_BYTES);
        let text = text.get(..end).unwrap_or_default();
        execute!(
            self.inner.backend_mut(),
            CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// The size in cells.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.inner.size()?;
        Ok((size.width, size.height))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, once. Errors are passed over: there is nobody left to tell.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    if TITLED.swap(false, Ordering::SeqCst) {
        let _ = io::stdout().write_all(title_bytes(Some(""), None).as_bytes());
    }
    let _ = execute!(
        io::stdout(),
        DisableFocusChange,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show,
    );
    let _ = terminal::disable_raw_mode();
}

/// A panic would be printed onto the alternate screen and be lost with it.
fn give_back_on_panic() {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
    });
}
