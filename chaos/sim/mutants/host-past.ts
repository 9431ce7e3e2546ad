/** Known bugs of nodes that come back: on old disks, on state that is not theirs, on bad wires. */

import type { Mutant } from './mutant.ts'

const scenario = 'host'

export const past: readonly Mutant[] = [
  {
    name: 'store-kept-after-an-unclean-boot',
    scenario,
    file: 'src/base/state-verdict.ts',
    find: 'if (bootId !== undefined && mark.bootId === bootId) {',
    replace: "if (bootId !== '') {",
    why:
      'State that was not synced is believed after the machine went down: a stretch in its ' +
      'middle is gone, and nobody knows.',
    origin: 'LevelDB without sync is not prefix-consistent (measured); etcd 13766',
  },
  {
    name: 'boot-that-nobody-knows-believed',
    scenario,
    file: 'src/base/state-verdict.ts',
    find: 'if (bootId !== undefined && mark.bootId === bootId) {',
    replace: "if (mark.bootId === (bootId ?? '')) {",
    why: 'Where the boot of the machine cannot be read, every boot is taken for the same one.',
    origin: 'containers without /proc; two unknowns compared as equal',
  },
  {
    name: 'kept-state-is-applied-to-again',
    scenario,
    file: 'src/raft/host/applier.ts',
    find: 'const skipped = machine.appliedIndex - first.index + 1',
    replace: 'const skipped = 0 * machine.appliedIndex',
    why: 'After a restart entries are applied once more to a state that holds them.',
    origin: 'etcd 13766: the applied index and the state it belongs to',
  },
  {
    name: 'state-ahead-of-its-log-believed',
    scenario,
    file: 'src/raft/host/host.ts',
    find: 'if (options.machine.appliedIndex > lastIndex) {',
    replace: 'if (options.machine.appliedIndex > lastIndex && id < 0) {',
    why: 'The log lost its end without a trace but in the state, and the replica goes on with it.',
    origin: 'etcd 13766: an applied index beyond the log',
  },
  {
    name: 'refusal-of-an-old-store-not-remembered',
    scenario,
    file: 'src/raft/host/loss.ts',
    find: "  'old-incarnation',\n  'store-replaced',\n])",
    replace: '])',
    why:
      'A node on an old copy of its disk is refused and ends; whoever starts it again and again ' +
      'has it count its boots up to where nobody can tell that it is old.',
    origin: 'a supervisor that restarts what ended; found on Weir itself by hand',
  },
  {
    name: 'opening-not-compared',
    scenario,
    file: 'src/raft/links/memory.ts',
    find: '(seen.boot === known.boot && seen.opening !== known.opening)',
    replace: '(seen.boot === known.boot && known.opening === seen.store)',
    why:
      'A copy of a disk that is one start older than its node counts the very boot that the ' +
      'others remember, and is taken for it: what it acknowledged in that start is forgotten.',
    origin: 'a backup made while the node was stopped, and restored; found on Weir itself by hand',
  },
  {
    name: 'copy-that-counts-further-believed',
    scenario,
    file: 'src/raft/links/judgement.ts',
    find: 'living !== undefined && !isSame(living, hello)',
    replace: 'living !== undefined && living.store !== hello.store',
    why:
      'A copy of a folder that is started beside its node, and counts one boot more, is taken ' +
      'for the node, which is then called old by all and gives up a log that nothing ails.',
    origin: 'a folder copied while its node ran; found on Weir itself by reading',
  },
  {
    name: 'checksum-of-packets-ignored',
    scenario,
    file: 'src/raft/wire/packet.ts',
    find: 'mustHold(checksumAt(packet, end) === crc32c(said),',
    replace: 'mustHold(checksumAt(packet, end) >= 0,',
    why: 'An entry that was damaged on its way is stored and applied: two states of one log.',
    origin: "Stone and Partridge, SIGCOMM 2000: what TCP's checksum lets through",
  },
  {
    name: 'echo-never-missed',
    scenario,
    file: 'src/raft/links/probe.ts',
    find: 'if (this.#waitedMs >= patienceMs)',
    replace: 'if (this.#waitedMs < 0)',
    why: 'Something on the way takes all and hands on nothing; the connection is kept for ever.',
    origin: 'middle boxes that answer for whoever is gone; our own first links',
  },
  {
    name: 'malformed-frame-is-forgiven',
    scenario,
    file: 'src/raft/links/accepted.ts',
    find: 'error.code !== MALFORMED_BYTES) throw error\n      this.refuse(',
    replace:
      'error.code !== MALFORMED_BYTES) throw error\n      if (frame.length === 0) this.refuse(',
    why: 'Whoever sends what no node sends is listened to further.',
    origin: 'a stream that is read on behind a broken frame',
  },
]
