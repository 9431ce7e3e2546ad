/** Known bugs of linearizable reads: what was proved, when, and for which question. */

import type { Mutant } from './mutant.ts'

const READS = 'src/raft/leading/reads.ts'

export const reads: readonly Mutant[] = [
  {
    name: 'read-before-own-term',
    file: READS,
    find: 'if (core.log.commit < leading.termStart) return',
    replace: '',
    why: 'A new leader does not know yet what its predecessor committed, and answers without it.',
    origin: 'etcd#7331; TiKV#1634, #6340, #9239; Redis-Raft#22',
  },
  {
    name: 'read-unconfirmed',
    file: READS,
    find: 'if (!answered) return',
    replace: "if (!answered && core.role !== 'leader') return",
    why: 'A deposed leader that does not know it yet answers from an old state.',
    origin: 'Jepsen: etcd and Consul 2014, stale reads',
  },
  {
    name: 'read-confirmed-by-the-round-before',
    file: READS,
    find: 'return id === core.self || (peers.get(id)?.round ?? 0) >= rounds.round',
    replace: 'return id === core.self || (peers.get(id)?.round ?? 0) >= rounds.round - 1',
    why: 'Answers given before the read was asked confirm it: the leader may be deposed by now.',
    origin: 'etcd#20418, #21399; etcd-io/raft#397',
  },
  {
    name: 'read-before-it-is-applied',
    file: READS,
    find: 'const { applied } = core.log',
    replace: 'const applied = core.log.commit',
    why: 'What is committed is not in the state yet: the reader does not see its own write.',
    origin: 'Redis-Raft#18; etcd-io/raft#105',
  },
  {
    name: 'read-index-of-the-answer-lost',
    file: READS,
    find: 'confirm(core, message.read, message.index)',
    replace: 'confirm(core, message.read, core.log.commit)',
    why: 'A follower that has not heard of the newest commits answers from what it knows itself.',
    origin: "follower reads without the leader's index; TiKV#9239",
  },
  {
    name: 'read-question-outlives-a-restart',
    file: READS,
    find: 'const mine = replica === core.self && boot === core.options.boot',
    replace: 'const mine = replica === core.self',
    why:
      'A follower asks, restarts, asks another read under the same number, and takes the late ' +
      'answer to the first for an answer to the second.',
    origin: 'etcd#20418, reused context',
  },
  {
    name: 'lost-read-waits-for-ever',
    file: READS,
    find: 'if (waitedMs >= waitMsMax) core.outbox.readsLost.push(read)',
    replace: 'if (core.leader === NO_ONE) core.outbox.readsLost.push(read)',
    why: 'The question or its answer is lost on the way, and nobody ever tells who waits.',
    origin: 'openraft 1761, a dropped responder',
  },
]
