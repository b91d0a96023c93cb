use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileType, Metadata, OpenOptions, Permissions};
use windlass_core::ToolError;

use super::place::{Place, refusal};
use super::text;

/// The largest file that is read or written as a whole, in bytes.
pub(super) const MAX_FILE: u64 = 16 * 1024 * 1024;

/// The folder that everything happens in.
pub(super) struct Root {
    dir: Dir,
    path: PathBuf,
    /// Held by who changes a file between reading and replacing it: one file may have several names.
    changes: Mutex<()>,
}

impl Root {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        Ok(Root {
            dir: Dir::open_ambient_dir(&path, ambient_authority())?,
            path,
            changes: Mutex::new(()),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn locate(&self, path: &str) -> Result<Place, ToolError> {
        Place::parse(path, &self.path)
    }

    pub(super) fn changing(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a folder.
    pub(super) fn folder(&self, place: &Place) -> Result<Dir, ToolError> {
        let found = self.metadata(place)?;
        if !found.is_dir() {
            return Err(refusal(place.as_str(), "is no folder"));
        }
        self.dir
            .open_dir(place.as_str())
            .map_err(|error| denied(place, &error))
    }

    pub(super) fn metadata(&self, place: &Place) -> Result<Metadata, ToolError> {
        self.dir
            .metadata(place.as_str())
            .map_err(|error| denied(place, &error))
    }

    /// Opens a regular file for reading.
    pub(super) fn file(&self, place: &Place) -> Result<File, ToolError> {
        open_regular(&self.dir, place.as_str(), place)
    }

    /// Reads a file that is text and not too large, with its permissions.
    pub(super) fn read_text(&self, place: &Place) -> Result<(String, Permissions), ToolError> {
        let file = self.file(place)?;
        let metadata = file.metadata().map_err(|error| denied(place, &error))?;
        let bytes = read_all(file, place)?;
        let text = text::decode(bytes).map_err(|why| refusal(place.as_str(), why))?;
        Ok((text, metadata.permissions()))
    }

    /// Puts a file in the place of another, or where none was; others see the old one or the new one, never a part.
    pub(super) fn replace(
        &self,
        place: &Place,
        contents: &str,
        permissions: Option<Permissions>,
    ) -> Result<(), ToolError> {
        let Some((folder, name)) = place.split() else {
            return Err(refusal(".", "is the workspace itself, not a file"));
        };
        let failed = |error: io::Error| denied(place, &error);
        self.dir.create_dir_all(folder.as_str()).map_err(failed)?;
        let folder = self.dir.open_dir(folder.as_str()).map_err(failed)?;
        let draft = Draft::new(&folder).map_err(failed)?;
        draft.fill(contents, permissions).map_err(failed)?;
        draft.publish(name).map_err(failed)
    }

    /// What is at a place that is to be written: nothing, or the permissions of a regular file.
    pub(super) fn writable(&self, place: &Place) -> Result<Option<Permissions>, ToolError> {
        match self.dir.symlink_metadata(place.as_str()) {
            Ok(found) if found.is_symlink() => Err(refusal(
                place.as_str(),
                "is a symbolic link; write to the file it leads to",
            )),
            Ok(found) => {
                regular(found.file_type(), place)?;
                Ok(Some(found.permissions()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(denied(place, &error)),
        }
    }
}

/// Opens a name in a folder if it is a regular file; a pipe without a writer is not waited for.
pub(super) fn open_regular(folder: &Dir, name: &str, place: &Place) -> Result<File, ToolError> {
    let failed = |error: io::Error| denied(place, &error);
    // A device is not even opened: that alone has effects. What is opened is looked at again, for it may have changed.
    regular(folder.metadata(name).map_err(failed)?.file_type(), place)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = folder.open_with(name, &options).map_err(failed)?;
    regular(file.metadata().map_err(failed)?.file_type(), place)?;
    Ok(file)
}

/// Reads a file to its end, unless it is too large; what the file system says of its size is not relied on.
pub(super) fn read_all(file: File, place: &Place) -> Result<Vec<u8>, ToolError> {
    let mut bytes = Vec::new();
    let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
    let read = read.map_err(|error| denied(place, &error))?;
    if read as u64 > MAX_FILE {
        let why = format!("is larger than {} MiB; use `grep`", MAX_FILE >> 20);
        return Err(refusal(place.as_str(), why));
    }
    Ok(bytes)
}

fn regular(found: FileType, place: &Place) -> Result<(), ToolError> {
    if found.is_file() {
        return Ok(());
    }
    let why = match found.is_dir() {
        true => "is a folder; use `list_directory`",
        false => "is no regular file but a device, a socket or a pipe",
    };
    Err(refusal(place.as_str(), why))
}

/// Says why the system refused, and that a link led outside if that is why.
pub(super) fn denied(place: &Place, error: &io::Error) -> ToolError {
    let led_outside =
        error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
    match led_outside {
        true => refusal(
            place.as_str(),
            "leads outside the workspace by a symbolic link",
        ),
        false => refusal(place.as_str(), format_args!("cannot be opened: {error}")),
    }
}

/// A file without its name yet; it goes away if it never gets it.
struct Draft<'a> {
    folder: &'a Dir,
    name: String,
    file: File,
}

impl<'a> Draft<'a> {
    fn new(folder: &'a Dir) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!(".draft-{}-{number}", std::process::id());
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            match folder.open_with(&name, &options) {
                Ok(file) => return Ok(Draft { folder, name, file }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn fill(&self, contents: &str, permissions: Option<Permissions>) -> io::Result<()> {
        // Before the contents are there: who could not read the old file must not read the draft of the new one.
        if let Some(permissions) = permissions {
            self.file.set_permissions(permissions)?;
        }
        (&self.file).write_all(contents.as_bytes())?;
        self.file.sync_all()
    }

    fn publish(mut self, name: &str) -> io::Result<()> {
        self.folder.rename(&self.name, self.folder, name)?;
        self.name.clear();
        Ok(())
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            // Nobody is left to tell; a draft that stays is seen by its name.
            self.folder.remove_file(&self.name).ok();
        }
    }
}
