//! stub
use crate::host::Host;
/// all
pub const ALL: &[&Host] = &[];
pub(crate) fn find(name: &str) -> Option<&'static Host> {
    ALL.iter().copied().find(|host| host.name == name)
}
