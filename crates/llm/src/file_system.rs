//! On which file systems the ledger's write-ahead log is safe.

use std::path::Path;

/// How the ledger keeps its promises on a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// Write-ahead log: readers and the writer do not wait for each other.
    Wal,
    /// Rollback journal, for the file system named: a write-ahead log needs memory shared between
    /// all that use it, and its machines share none.
    Rollback(&'static str),
}

/// The journal that is safe where `folder` lies.
///
/// # Errors
/// What the system says when it cannot tell the file system.
pub fn journal_for(folder: &Path) -> std::io::Result<Journal> {
    #[cfg(target_os = "linux")]
    {
        let kind = rustix::fs::statfs(folder)?.f_type;
        // The numbers have 32 bits, and the field may be signed or wider.
        Ok(journal_of(kind as u32))
    }
    #[cfg(not(target_os = "linux"))]
    {
        std::fs::metadata(folder).map(|_| Journal::Wal)
    }
}

/// By the numbers of `statfs(2)`.
#[cfg(target_os = "linux")]
fn journal_of(kind: u32) -> Journal {
    const SHARED: [(u32, &str); 11] = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB2"),
        (0x0102_1997, "9p"),
        (0x0BD0_0BD0, "Lustre"),
        (0x4750_4653, "GPFS"),
        (0x00C3_6400, "Ceph"),
        (0x5346_414F, "AFS"),
        (0x6573_5546, "FUSE"),
        (0x1983_0326, "BeeGFS"),
    ];
    let shared = SHARED.into_iter().find(|(number, _)| *number == kind);
    shared.map_or(Journal::Wal, |(_, name)| Journal::Rollback(name))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_network_file_system_is_named() {
        assert_eq!(journal_of(0x6969), Journal::Rollback("NFS"));
        assert_eq!(journal_of(0xEF53), Journal::Wal);
        assert_eq!(journal_for(&std::env::temp_dir()).unwrap(), Journal::Wal);
    }
}
