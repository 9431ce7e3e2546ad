/** Known bugs of replication: what is counted, acknowledged, cut off, durable, and what flows. */

import type { Mutant } from './mutant.ts'

const LEAD = 'src/raft/leading/lead.ts'
const LOG = 'src/raft/log/log.ts'
const RECEIVE = 'src/raft/roles/receive.ts'
const REPLIES = 'src/raft/leading/replies.ts'
const PROGRESS = 'src/raft/leading/progress.ts'

/** What a leader counts as committed. */
const commits: readonly Mutant[] = [
  {
    name: 'older-term-committed-by-counting',
    file: LEAD,
    find: 'if (index <= log.commit || log.term(index) !== core.term) return',
    replace: 'if (index <= log.commit) return',
    why: 'An entry of an earlier term is on a majority, counted as committed, and overwritten.',
    origin: 'Raft, figure 8; SandTable PySyncObj, async-raft#106',
  },
  {
    name: 'leader-counts-itself-undurable',
    file: LEAD,
    find: 'return id === core.self ? log.durable : (leading.peers.get(id)?.match ?? 0)',
    replace: 'return id === core.self ? log.lastIndex : (leading.peers.get(id)?.match ?? 0)',
    why: 'The leader loses power before its own sync: what it called committed is on a minority.',
    origin: 'Vanlightly, RaftFsync.tla; etcd#14370',
  },
  {
    name: 'sent-counts-as-held',
    file: LEAD,
    find: 'return id === core.self ? log.durable : (leading.peers.get(id)?.match ?? 0)',
    replace: 'return id === core.self ? log.durable : (leading.peers.get(id)?.next ?? 1) - 1',
    why: 'Entries that are on their way, and may be lost there, are counted as committed.',
    origin: 'commit advanced past match; SandTable PySyncObj',
  },
  {
    name: 'heartbeat-commits-beyond-match',
    file: 'src/raft/leading/replicate.ts',
    find: 'const commit = Math.min(peer.match, core.log.commit)',
    replace: 'const { commit } = core.log',
    why: 'A follower with a longer log of its own believes that its own entries are committed.',
    origin: 'SandTable WRaft/inconsistent_committed_log',
  },
  {
    name: 'commit-told-by-appends-only',
    file: 'src/raft/leading/replicate.ts',
    find: 'const commit = Math.min(peer.match, core.log.commit)',
    replace: 'const commit = Math.min(peer.match, peer.commitSent)',
    why: 'The last entry before a silence is never known to be committed by those who follow.',
    origin: 'a commit index that waits for the next append (this project)',
  },
  {
    name: 'commit-taken-as-told',
    file: RECEIVE,
    find: 'log.commitTo(Math.min(message.commit, lastIndex))',
    replace: 'log.commitTo(message.commit)',
    why: 'An append that carries one page of many tells of a commit beyond what it brought.',
    origin: 'Raft, figure 2, AppendEntries 5; SandTable WRaft',
  },
  {
    name: 'rejection-taken-for-agreement',
    file: REPLIES,
    find: 'if (!message.ok) return retreat(core, peer, message)',
    replace: "if (!message.ok && peer.state === 'probe') return retreat(core, peer, message)",
    why: 'An append overtakes the one before it, is rejected, and is counted as held.',
    origin: 'CCF, commit on a rejection (arXiv 2406.17455)',
  },
  {
    name: 'old-acknowledgement-counts',
    file: 'src/raft/step.ts',
    find: 'if (message.term < core.term)',
    replace: "if (message.term < core.term && message.type !== 'append-reply')",
    why:
      'A follower acknowledged an entry that was cut off since; the same leader, elected again, ' +
      'counts the late answer.',
    origin: 'openraft cecb5de8, stale ack after log reversion',
  },
  {
    name: 'match-falls',
    file: PROGRESS,
    find: 'if (index <= this.match) return false\n    this.match = index',
    replace: 'if (index === this.match) return false\n    this.match = index',
    why: 'An overtaken acknowledgement takes back what is known: commits wait, next runs back.',
    origin: 'etcd-io/raft#149; SandTable PySyncObj',
  },
]

/** What a follower keeps, cuts off and acknowledges. */
const logs: readonly Mutant[] = [
  {
    name: 'acknowledged-before-durable',
    file: RECEIVE,
    find: "core.sendDurable({ type: 'append-reply'",
    replace: "core.send({ type: 'append-reply'",
    why: 'A follower loses power before the sync: what a quorum acknowledged is on a minority.',
    origin: 'Jepsen, NATS 2.12.1',
  },
  {
    name: 'held-replies-leave-a-write-early',
    file: 'src/raft/outbox.ts',
    find: 'const open = this.#held.findIndex(held => held.number > number)',
    replace: 'const open = this.#held.findIndex(held => held.number > number + 1)',
    why: 'With two writes under way the first one vouches for the second.',
    origin: 'openraft, out-of-order I/O, 2026-08-06',
  },
  {
    name: 'late-write-vouches-for-a-replaced-tail',
    file: LOG,
    find: 'for (const write of this.#pending) write.lastIndex = Math.min(write.lastIndex, last)',
    replace: '',
    why: 'A tail is replaced while its write is slow; the late end of it vouches for the new one.',
    origin: 'etcd-io/raft testdata/async_storage_writes_append_aba_race',
  },
  {
    name: 'stale-append-cuts-the-tail',
    file: LOG,
    find: 'for (const entry of fresh) this.append(entry)',
    replace:
      'for (const entry of fresh) this.append(entry)\n' +
      '    const end = entries.at(-1)?.index ?? this.lastIndex\n' +
      '    if (end >= this.#commit && end < this.lastIndex) this.#truncate(end + 1)',
    why: 'A repeated append cuts off entries that were acknowledged since.',
    origin: 'openraft 9540c904; SandTable RaftOS/incorrect_erasing_entries',
  },
  {
    name: 'previous-term-unchecked',
    file: RECEIVE,
    find: 'if (log.term(prevIndex) !== prevTerm) {',
    replace: 'if (prevIndex > log.lastIndex) {',
    why: 'Entries are put behind another history than the one they were written behind.',
    origin: 'Raft, figure 2, AppendEntries 2; SandTable WRaft/incorrect_appending_entries',
  },
  {
    name: 'conflicting-entries-kept',
    file: LOG,
    find: 'this.term(entry.index) !== entry.term',
    replace: 'this.term(entry.index) === undefined',
    why: 'What a deposed leader left stays under the indexes at which its successor wrote.',
    origin: 'Raft, figure 2, AppendEntries 3',
  },
  {
    name: 'skipped-append-acknowledged',
    file: RECEIVE,
    find: 'acknowledge(core, message, log.commit)',
    replace: 'acknowledge(core, message, prevIndex + message.entries.length)',
    why: 'An append from below the commit index is not looked at, and all of it acknowledged.',
    origin: 'etcd-io/raft#31, append behind the compaction point',
  },
  {
    name: 'applied-before-durable',
    file: LOG,
    find: 'const end = Math.min(this.#commit, this.#durable)',
    replace: 'const end = this.#commit',
    why:
      'The state holds an entry that the own log loses in a crash: the applied index is beyond ' +
      'the log of the restarted replica.',
    origin: 'etcd#13766; etcd-io/raft applyUnstableEntries',
  },
  {
    name: 'page-of-entries-skipped',
    file: LOG,
    find: 'this.#handed += entries.length',
    replace: 'this.#handed = end',
    why: 'More is committed than one page takes: the rest is never handed out.',
    origin: 'etcd-io/raft 8ecce32, async 2e0653d',
  },
]

/** Windows, probes and bounds that never open again. */
const flows: readonly Mutant[] = [
  {
    name: 'window-never-freed',
    file: PROGRESS,
    find: 'this.inflight.free(index)',
    replace: '',
    why: 'Once the window is full nothing more goes to that follower.',
    origin: 'etcd#14633, etcd-io/raft#54',
  },
  {
    name: 'lost-probe-never-repeated',
    file: REPLIES,
    find: 'peer.probing = false',
    replace: '',
    why: 'The one probe that may be out is lost: nothing more goes to that follower.',
    origin: 'etcd-io/raft testdata/heartbeat_resp_recovers_from_probing',
  },
  {
    name: 'uncommitted-bytes-never-fall',
    file: LEAD,
    find: 'leading.uncommittedBytes -= bytesBetween(core, log.commit + 1, index)',
    replace: '',
    why: 'Back-pressure that nothing relieves: after enough bytes no proposal is taken any more.',
    origin: 'etcd-io/raft a370b6f, uncommitted size',
  },
  {
    name: 'no-back-pressure',
    file: 'src/raft/leading/propose.ts',
    find: "return free || bytes <= uncommittedBytesMax ? undefined : 'too-much-uncommitted'",
    replace: "return free || bytes > 0 ? undefined : 'too-much-uncommitted'",
    why: 'A leader without a quorum takes in entries until its memory is full.',
    origin: 'etcd-io/raft MaxUncommittedEntriesSize; CockroachDB#27772',
  },
]

export const replication: readonly Mutant[] = [...commits, ...logs, ...flows]
