/** Known bugs of hosts and wires: what is folded together, in which order, and who is told. */

import type { Mutant } from './mutant.ts'

const GROUP = 'src/raft/host/group.ts'
const PACKET = 'src/raft/wire/packet.ts'
const scenario = 'host'

export const turns: readonly Mutant[] = [
  {
    name: 'folded-beat-loses-its-term',
    scenario,
    file: PACKET,
    find: "return { type: 'heartbeat', from, to, term, commit, round: input.varint() }",
    replace:
      "return { type: 'heartbeat', from, to, term: Math.max(1, term - 1), commit, " +
      'round: input.varint() }',
    why: 'Followers take their leader for one of the past, and depose it again and again.',
    origin: 'CockroachDB 315, 31112: coalesced heartbeats',
  },
  {
    name: 'folded-beats-of-one-group-only',
    scenario,
    file: PACKET,
    find: 'for (const [i, message] of messages.entries()) take(groups[i] as GroupId, message)',
    replace:
      'for (const [i, message] of messages.entries()) {\n' +
      "    const first = message.type === 'heartbeat' ? 0 : i\n" +
      '    take(groups[first] as GroupId, message)\n  }',
    why: 'All beats of a packet are taken for those of its first group; others lose their leader.',
    origin: 'CockroachDB 315: coalesced heartbeats',
  },
  {
    name: 'letter-of-another-group',
    scenario,
    file: PACKET,
    find: '    note(group, letter)',
    replace: '    note(groups.at(-1) ?? group, letter)',
    why: 'A message is handed to the group of the one before it in the packet.',
    origin: 'folding of messages, done badly',
  },
  {
    name: 'replaced-proposal-acknowledged',
    scenario,
    file: 'src/raft/host/calls.ts',
    find: 'if (open.term === term)',
    replace: 'if (open.term > 0)',
    why: 'Another leader put another entry there, and the client hears that it is its own.',
    origin: 'RedisRaft 14 and its kin: answers by index alone',
  },
  {
    name: 'state-not-restored-at-the-start',
    scenario,
    file: GROUP,
    find: 'if (this.#isRestoring) this.#lane.install(stored.image)',
    replace: 'if (this.#isRestoring && id < 0) this.#lane.install(stored.image)',
    why: 'After a restart entries are applied to an empty state, as if there had been no image.',
    origin: 'RedisRaft 43: state lost over a restart',
  },
  {
    name: 'reads-while-the-state-is-loaded',
    scenario,
    file: GROUP,
    find: 'if (this.#isClosing || this.#isRestoring) {',
    replace: 'if (this.#isClosing) {',
    why: 'A read is answered by a state that is still being loaded.',
    origin: 'RedisRaft 18; etcd-io/raft 105: reads before the replay',
  },
  {
    name: 'cut-of-a-state-that-is-ahead',
    scenario,
    file: GROUP,
    find:
      ' || this.#lane.isBusy) return undefined\n' +
      '    if (log.applied <= log.image.index || machine.appliedIndex !== log.applied) return',
    replace: ') return undefined\n    if (log.applied <= log.image.index) return',
    why: 'The bytes of an image are cut while a batch is being applied, under the index before it.',
    origin: 'etcd 13766: the index and the state it belongs to',
  },
  {
    name: 'image-file-thrown-away',
    scenario,
    file: GROUP,
    find: 'if (isRefusal(this.raft.imageTaken(image))) {',
    replace: 'this.raft.imageTaken(image)\n    if (image.index % 3 === 0) {',
    why: 'The file of an image that is about to be recorded is dropped as if it had been refused.',
    origin: 'etcd 10219, the order of release',
  },
  {
    name: 'time-not-told-before-inputs',
    scenario,
    file: GROUP,
    find: 'this.#works.ticker.tellTime(this.#pace)',
    replace: '',
    why: 'A process that stood still answers by what it knew before: its lease is long over.',
    origin: 'apache/ratis, raft.server.sleep.deviation.threshold',
  },
  {
    name: 'failure-of-the-last-sync-unheard',
    scenario,
    file: 'src/raft/host/host.ts',
    find: 'this.#onAllClosed = undefined\n      this.#ticker.stop()',
    replace: 'this.#onAllClosed = undefined\n      this.#halt()',
    why: 'A process that is told to stop waits for ever for a store that failed to close.',
    origin: 'our own first host',
  },
  {
    name: 'lost-peers-are-not-told',
    scenario,
    file: 'src/raft/host/host.ts',
    find: 'onPeerLost: node => this.#onPeerLost(node),',
    replace: 'onPeerLost: () => {},',
    why: 'A killed leader is missed only after a whole election timeout, or two.',
    origin: 'fast suspicion left out',
  },
  {
    name: 'stranger-is-let-in',
    scenario,
    file: 'src/raft/links/judgement.ts',
    find: 'applies: (hello, { self }) => hello.cluster !== self.cluster,',
    replace: 'applies: () => false,',
    why: 'A node of another cluster is heard, and what it says is handed to the groups.',
    origin: 'etcd: a member of another cluster id',
  },
  {
    name: 'chunks-of-images-go-astray',
    scenario,
    file: 'src/raft/host/outgoing.ts',
    find: "message.type === 'snapshot' ? 'image' : 'turn'",
    replace: "message.type === 'append' ? 'image' : 'turn'",
    why: 'Entries wait behind the rate limit that was meant for images.',
    origin: 'lanes mixed up',
  },
]
