/** Every kind of fault that the simulator can inject, and what it does: the one table of them. */

export const faults = {
  // Network.
  'delay-spike': 'all paths of a replica become much slower for a while',
  'loss-burst': 'all paths of a replica lose many messages for a while',
  loss: 'a message is lost',
  duplicate: 'a message arrives twice',
  reorder: 'a message is overtaken by later ones',
  replay: 'a message arrives again, up to seconds later',
  echo: 'a question is met by an answer to an earlier one',
  'cut-one-way': 'a replica is heard by another but hears nothing from it',
  'cut-pair': 'two replicas lose each other while others still hear both',
  split: 'the replicas fall into two halves',
  isolate: 'one replica loses all others',
  'isolate-leader': 'the leader loses all others',
  clog: 'a path holds everything back, then lets it go in a burst',
  overflow: 'a path is full and drops what comes',
  // Disk.
  'unsynced-lost': 'a power cut loses bytes that were not synced',
  'torn-tail': 'a power cut leaves half a write, or garbage, at the end of a file',
  'bit-flip': 'a synced bit turns over',
  'disk-full': 'there is no space left for a while',
  'slow-read': 'a read is answered seconds later, while other work goes on',
  'slow-disk': 'every operation of a disk takes much longer for a while',
  'disk-stall': 'a disk does nothing for a while',
  'sync-fails': 'a sync reports an error, and what it should have saved may be gone',
  // Process.
  crash: 'a process is killed',
  'crash-leader': 'the leader is killed',
  'power-cut': 'a machine loses its power, and its disk what was not synced',
  blackout: 'all machines lose their power at once',
  pause: 'a process stands still for a while',
  'pause-leader': 'the leader stands still for a while',
  'restart-storm': 'a process is killed again and again as soon as it is back',
  'lost-disk': 'a machine comes back with an empty disk, as a new replica',
  // Members.
  'add-learner': 'a new replica joins as a learner',
  promote: 'a learner becomes a voter',
  remove: 'a replica that does not lead is removed',
  'remove-leader': 'the leader is removed',
  demote: 'a voter becomes a learner',
  replace: 'a voter is replaced by a new replica in one joint change',
  'swap-many': 'several members change in one joint change',
  transfer: 'leadership is handed over on purpose',
  // Time and suspicion.
  'spurious-suspicion': 'a follower takes its living leader for dead',
  'clock-skew': 'a clock runs faster or slower than the others for a while',
  'late-tick': 'timers fire late while messages are still handled',
  // Messages that no replica sends.
  'forge-malformed': 'a message has a field that cannot be',
  'forge-stranger': 'a message comes from a replica that was never a member',
  'forge-future-term': 'a message has a term far beyond all others',
  'forge-misaddressed': 'a message is meant for another replica',
  'bad-request': 'a host asks what it should not',
} as const

export type FaultKind = keyof typeof faults
export const faultKinds = Object.keys(faults) as readonly FaultKind[]
