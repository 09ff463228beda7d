/** Overlays for one machine: without backups, monitoring and a store of secrets. */
export const trialOverlays: readonly string[] = ['kind'];

/** Overlays with less load than production. */
export const smallOverlays: readonly string[] = [...trialOverlays, 'staging'];
