/** Known bugs of elections: votes, terms, promises, leases, leadership handed over. */

import type { Mutant } from './mutant.ts'

const VOTES = 'src/raft/roles/votes.ts'
const STEP = 'src/raft/step.ts'
const ELECTION = 'src/raft/roles/election.ts'
/** The comparison of two logs by their ends. */
const NEWER =
  'return lastTerm > this.lastTerm || ' +
  '(lastTerm === this.lastTerm && lastIndex >= this.lastIndex)'
const TRANSFER = 'src/raft/leading/transfer.ts'

export const elections: readonly Mutant[] = [
  {
    name: 'vote-told-before-durable',
    file: VOTES,
    find: "core.sendDurable({ type: 'vote-reply'",
    replace: "core.send({ type: 'vote-reply'",
    why: 'A voter tells its vote, loses power before the sync, and votes for another in that term.',
    origin: 'etcd-io/raft node.go: HardState before Messages',
  },
  {
    name: 'vote-requests-before-durable',
    file: ELECTION,
    find: "core.sendDurable({ type: 'vote'",
    replace: "core.send({ type: 'vote'",
    why:
      'A candidate crashes before term, vote and log are synced, asks again in the same term ' +
      'with a shorter log, and wins by an answer to the first request.',
    origin: 'docs/decisions/0003-held-replies.md',
  },
  {
    name: 'two-votes-in-a-term',
    file: VOTES,
    find: 'const free = core.vote === to || (core.vote === NO_ONE && core.leader === NO_ONE)',
    replace: 'const free = core.vote === to || core.leader === NO_ONE',
    why: 'A second candidate of the term gets the same vote: two leaders in one term.',
    origin: 'SandTable Xraft/election_safety',
  },
  {
    name: 'vote-forgotten-over-restart',
    file: 'src/raft/core.ts',
    find: 'this.vote = stored.hardState.vote',
    replace: 'this.vote = NO_ONE',
    why: 'A voter votes, restarts within the term, and votes for the other candidate.',
    origin: 'openraft 39690593',
  },
  {
    name: 'log-compared-by-length-first',
    file: 'src/raft/log/log.ts',
    find: NEWER,
    replace:
      'return lastIndex > this.lastIndex || (lastIndex === this.lastIndex && ' +
      'lastTerm >= this.lastTerm)',
    why: 'A long log of a deposed leader wins against a shorter one that holds what is committed.',
    origin: 'openraft a48a3282',
  },
  {
    name: 'log-compared-by-both',
    file: 'src/raft/log/log.ts',
    find: NEWER,
    replace: 'return lastTerm >= this.lastTerm && lastIndex >= this.lastIndex',
    why:
      'A long log of an old term denies its vote to the shorter one of a newer term, and gets ' +
      'none itself: with a third voter away nobody is ever elected.',
    origin: 'comparison field by field instead of lexicographic, openraft a48a3282',
  },
  {
    name: 'pre-vote-resets-the-timer',
    file: VOTES,
    find: 'core.outbox.send(',
    replace: 'resetElectionTimer(core)\n  core.outbox.send(',
    why:
      'A replica that can never win asks again and again, and keeps the only one that could win ' +
      'from ever losing patience.',
    origin: 'Ongaro, dissertation 9.6; tikv/raft-rs#83',
  },
  {
    name: 'pre-vote-takes-the-term',
    file: STEP,
    find: "if (type === 'pre-vote' || (type === 'pre-vote-reply' && message.granted))",
    replace: "if (type === 'pre-vote-reply' && message.granted)",
    why: 'A question raises the term at everybody who hears it and deposes a healthy leader.',
    origin: 'openraft 1796, etcd 3c7359d',
  },
  {
    name: 'pre-vote-against-the-lease',
    file: VOTES,
    find: 'const willing = message.term > core.term && !core.hasLease',
    replace: 'const willing = message.term > core.term',
    why: 'A replica that alone cannot hear the leader is helped to depose it, over and over.',
    origin: 'Cloudflare 2020-11-02, 6 h 33 min of partial connectivity',
  },
  {
    name: 'vote-against-the-lease',
    file: STEP,
    find: "if (type === 'vote' && !message.forced && core.hasLease) return 'lease'",
    replace: "if (type === 'vote' && !message.forced && core.role === 'leader') return 'lease'",
    why: 'A late request for votes deposes a leader that its followers hear well.',
    origin: 'etcd-io/raft, check-quorum without its lease',
  },
  {
    name: 'leader-stays-under-a-newer-term',
    file: STEP,
    find: 'becomeFollower(core, term, fromLeader.has(type) ? from : NO_ONE)',
    replace:
      "if (core.role !== 'leader') " +
      'becomeFollower(core, term, fromLeader.has(type) ? from : NO_ONE)',
    why:
      'A deposed leader hears of the new term, takes every refusal for a sign of life, and leads ' +
      'on: it never follows again.',
    origin: 'SandTable WRaft/non_monotonic_current_term',
  },
  {
    name: 'old-term-reply-is-silence',
    file: STEP,
    find: '} else if (fromLeader.has(type)) {',
    replace: '} else if (fromLeader.has(type) && core.leader !== NO_ONE) {',
    why:
      'A candidate whose term ran ahead ignores the leader, which never learns of that term: the ' +
      'candidate is refused by everybody and shut out for ever.',
    origin: 'etcd TestFreeStuckCandidateWithCheckQuorum',
  },
  {
    name: 'old-vote-counts-in-a-new-term',
    file: STEP,
    find: 'if (message.term < core.term)',
    replace: "if (message.term < core.term && message.type !== 'vote-reply')",
    why: 'A vote that was late in the last campaign elects in this one, where it went to another.',
    origin: 'openraft 511f33c7, a stale round of votes',
  },
  {
    name: 'old-leader-is-obeyed',
    file: STEP,
    find: 'if (message.term < core.term)',
    replace: 'if (message.term < core.term && !fromLeader.has(message.type))',
    why: 'A deposed leader comes back from a pause and overwrites what its successor wrote.',
    origin: 'Raft, figure 2, AppendEntries 1',
  },
  {
    name: 'any-term-is-believed',
    file: STEP,
    find: 'if (isFuture(core, message))',
    replace: 'if (message.term > Number.MAX_SAFE_INTEGER)',
    why: 'One damaged message carries the group to a term from which no election can go on.',
    origin: 'a term from the future; Byzantine input of etcd#8576',
  },
  {
    name: 'late-tick-elects',
    file: ELECTION,
    find: 'if (lateMs > stallMs && core.lateTicks < LATE_TICKS_MAX) {',
    replace: 'if (lateMs > stallMs && core.lateTicks < 0) {',
    why:
      'A process wakes from a stall with the heartbeats unread in its sockets, gives up its ' +
      'leader and its clients with it, and asks for an election that nobody needs.',
    origin: 'Apache Ratis, raft.server.sleep.deviation.threshold',
  },
  {
    name: 'suspicion-keeps-the-lease',
    file: ELECTION,
    find: 'loseReads(core)\n  core.leader = NO_ONE\n  if (!core.isVoter) return',
    replace: 'loseReads(core)\n  if (!core.isVoter) return',
    why:
      'The connection to a killed leader closed, and whoever has not asked himself yet still ' +
      'refuses the first in the order of successors: the votes split.',
    origin: 'etcd-io/raft ForgetLeader',
  },
  {
    name: 'first-successor-helps-the-next',
    file: VOTES,
    find: ' && !isRival(core, message)',
    replace: '',
    why:
      'Two cold survivors of a killed leader ask at the same time, promise each other their ' +
      'votes and spend them on themselves, again and again: a failover takes seconds.',
    origin: 'docs/decisions/0011-succession.md',
  },
  {
    name: 'first-successor-insists-for-ever',
    file: 'src/raft/roles/succession.ts',
    find: 'if (fastAttempts === 0 && electionElapsedMs >= insistsMs) return false',
    replace: 'if (fastAttempts > 0 && electionElapsedMs >= insistsMs) return false',
    why:
      'The first in the order cannot reach enough others to win, and refuses the only one that ' +
      'can: the group stays without a leader.',
    origin: 'docs/decisions/0011-succession.md; partial connectivity',
  },
  {
    name: 'silence-is-never-broken',
    file: 'src/raft/leading/replies.ts',
    find: 'peer.silentMs = 0',
    replace: 'peer.silentMs *= 1',
    why: 'The clock of a peer runs on though it answers: every leader steps down in its prime.',
    origin: 'docs/decisions/0011-succession.md',
  },
  {
    name: 'check-quorum-off',
    file: 'src/raft/tick.ts',
    find: 'if (!alive) becomeFollower(core, core.term, NO_ONE)',
    replace: '',
    why:
      'A leader that hears nobody leads on: its clients wait for answers that never come, and ' +
      'those that only it can reach never elect another.',
    origin: 'Cloudflare 2020-11-02; decentralizedthoughts 2020-12-12',
  },
  {
    name: 'transfer-to-a-laggard',
    file: TRANSFER,
    find: 'if (peer?.match === core.log.lastIndex)',
    replace: 'if (peer !== undefined)',
    why: 'The heir campaigns with a log that nobody may vote for: the group is without a leader.',
    origin: 'Ongaro, dissertation 3.10; hashicorp/raft#581',
  },
  {
    name: 'transfer-takes-proposals',
    file: 'src/raft/leading/propose.ts',
    find:
      "if (expectedTerm !== core.term) return core.refuse('wrong-term')\n" +
      "  if (leading.transfer !== undefined) return core.refuse('transferring')",
    replace: "if (expectedTerm !== core.term) return core.refuse('wrong-term')",
    why: 'The heir is never done catching up, or is told to campaign and lacks what came since.',
    origin: 'Ongaro, dissertation 3.10; hashicorp/raft#570',
  },
  {
    name: 'proposal-of-another-term',
    file: 'src/raft/leading/propose.ts',
    find: "if (expectedTerm !== core.term) return core.refuse('wrong-term')",
    replace: "if (expectedTerm > core.term) return core.refuse('wrong-term')",
    why:
      'A leader is deposed and elected again; a delta computed from what it held before enters ' +
      'the log behind entries that its author never saw.',
    origin: 'etcd-io/raft DisableProposalForwarding',
  },
]
