use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Device;

/// The device, as all that show it share it: the SNMP agent, the command line, the
/// control server and tests. Each sees at once what another changes.
#[derive(Debug, Clone)]
pub struct DeviceHandle(Arc<Mutex<Device>>);

impl DeviceHandle {
    /// Shares `device`.
    pub fn new(device: Device) -> Self {
        Self(Arc::new(Mutex::new(device)))
    }

    /// Looks at it as it is now.
    pub fn look<R>(&self, look: impl FnOnce(&Device) -> R) -> R {
        look(&self.now())
    }

    /// Reads or changes it.
    pub fn change<R>(&self, act: impl FnOnce(&mut Device) -> R) -> R {
        let mut device = self.now();
        // Rows may have come or gone; whoever lists them asks which.
        device.changes += 1;
        act(&mut device)
    }

    /// The device at this moment by its clock, while nobody else changes it. A test
    /// that panics on the way poisons the lock; what it left is still a device.
    pub(crate) fn now(&self) -> MutexGuard<'_, Device> {
        let mut device = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        device.refresh();
        device
    }
}
