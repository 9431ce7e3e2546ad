/** Every kind of fault that whole nodes are put to, and what it does: the one table of them. */

export const fleetFaults = {
  // Connections.
  'delay-spike': 'all paths of a node become much slower for a while',
  'cut-one-way': 'a node is heard by another but hears nothing from it',
  'cut-pair': 'two nodes lose each other while others still hear both',
  isolate: 'one node loses all others',
  'isolate-leader': 'a node that leads loses all others',
  clog: 'a path holds everything back, then lets it go in a burst',
  reset: 'the connections between two nodes break',
  'reset-image': 'the connections between two nodes break while one sends the other an image',
  'damaged-frame': 'a bit of a frame turns over on its way',
  'lost-hello': 'a connection opens, and nothing that is said on it from then on arrives',
  'twice-hello': 'what is said first on a connection arrives twice',
  'late-hello': 'what is said first arrives late, perhaps when nobody waits for it any more',
  swallow: 'what a node says to another is taken and arrives nowhere, until they connect anew',
  stranger: 'somebody who is no node of this cluster calls, and is to be refused',
  // Disk.
  'unsynced-lost': 'a power cut loses bytes that were not synced',
  'torn-tail': 'a power cut leaves half a write, or garbage, at the end of a file',
  'state-gap': 'a power cut loses a stretch in the middle of what state stores had not synced',
  'bit-flip': 'a synced bit turns over',
  'disk-full': 'there is no space left for a while',
  'slow-read': 'a read is answered seconds later, while other work goes on',
  'slow-disk': 'every operation of a disk takes much longer for a while',
  'disk-stall': 'a disk does nothing for a while',
  'sync-fails': 'a sync reports an error, and what it should have saved may be gone',
  'read-fails': 'a read of a segment or an image reports an error; the next one may not',
  'lost-disk': 'a node comes back with an empty disk: new replicas take the place of all it had',
  'lost-segment': 'the newest segment of a log is gone when its node starts again',
  'cut-log': 'the newest segment of a log is shorter than it was when its node starts again',
  'old-disk': 'a node starts on a copy of its own disk, older than its peers remember',
  twin: 'a copy of a disk that counts further is started beside its node',
  // Process.
  crash: 'a process is killed',
  'crash-leader': 'a process that leads is killed',
  'power-cut': 'a machine loses its power, and its disk what was not synced',
  'silent-cut': 'a machine loses its power, and its connections stand though it is back',
  blackout: 'all machines lose their power at once',
  pause: 'a process stands still for a while',
  'pause-leader': 'a process that leads stands still for a while',
  'restart-storm': 'a process is killed again and again as soon as it is back',
  stop: 'a process is told to stop, and hands its leaderships over first',
  'clock-skew': 'a clock runs faster or slower than the others for a while',
  // Members.
  transfer: 'leadership of a group is handed over on purpose',
  move: 'a replica of a group moves to another node',
} as const

export type FleetFaultKind = keyof typeof fleetFaults
export const fleetFaultKinds = Object.keys(fleetFaults) as readonly FleetFaultKind[]
