/**
 * Mutants of the consensus core by an author who had not seen the checkers: what they find of these
 * says more about them than what they find of their own. Each is one slip of a kind that other
 * systems have shipped.
 */

import type { Mutant } from './mutant.ts'

const RAFT = 'src/raft'

export const raftBlind: readonly Mutant[] = [
  {
    name: 'vote-by-commit',
    file: `${RAFT}/log/log.ts`,
    find: '(lastTerm === this.lastTerm && lastIndex >= this.lastIndex)',
    replace: '(lastTerm === this.lastTerm && lastIndex >= this.#commit)',
    why: [
      'A voter judges a candidate by what it knows to be committed, not by what it holds.',
      'Leader A commits 7 with the acknowledgement of V and answers its client; V has not yet',
      'heard of the commit; A dies. N, whose log ends at 6, asks V, which knows of 6: granted.',
      'N leads without 7 and overwrites it: an acknowledged write is lost.',
    ].join(' '),
    origin: 'Raft dissertation 3.6.1 (election restriction)',
    blind: true,
  },
  {
    name: 'vote-unsynced',
    file: `${RAFT}/duties.ts`,
    find: 'const sync = core.hasUnwritten',
    replace: 'const sync = log.hasUnwritten || outbox.chunk !== undefined',
    why: [
      'Term and vote alone no longer ask for a sync. C grants A its vote of term 5, reports it',
      'persisted, A leads with A and C and is cut off. C loses power and the vote, restarts in',
      'term 4, and grants B the same term 5: two leaders of one term write different entries',
      'under the same index and term, which no comparison of logs will ever tell apart.',
    ].join(' '),
    origin: 'etcd-io/raft 0675f3d (MustSync); Raft paper figure 2, persistent state',
    blind: true,
  },
  {
    name: 'lease-without-leader',
    file: `${RAFT}/core.ts`,
    find: 'return this.leader !== NO_ONE && this.electionElapsedMs < this.options.times.electionMs',
    replace: 'return this.electionElapsedMs < this.options.times.electionMs',
    why: [
      'The lease outlives the leader it was for. The leader is killed, every follower forgets',
      'it and asks within 80 ms; but each such step resets the timer that the lease is measured',
      'by, so everybody vetoes everybody until all ten quick attempts are spent and an ordinary',
      'timeout has passed: two seconds and more without a leader, where under one is promised.',
    ].join(' '),
    origin: 'etcd raft.go, inLease (lead != None)',
    blind: true,
  },
  {
    name: 'old-heartbeat-unanswered',
    file: `${RAFT}/step.ts`,
    find: '} else if (fromLeader.has(type)) {',
    replace: "} else if (type === 'append') {",
    why: [
      'F is told to take over and opens term 6; its requests for votes are lost in a cut, and',
      'what the leader of term 5 sent meanwhile was dropped, so that it probes F and its probe',
      'is out. The cut heals. F hears heartbeats of term 5 and says nothing; the others have',
      'their lease and refuse its pre-votes; no answer to a heartbeat ever lets the leader',
      'probe again. F stays out for good, though nothing is wrong any more.',
    ].join(' '),
    origin: 'etcd TestFreeStuckCandidateWithCheckQuorum',
    blind: true,
  },
  {
    name: 'check-quorum-postponed',
    file: `${RAFT}/leading/replies.ts`,
    find: '    peer.active = true\n',
    replace: '    peer.active = true\n    leading.quorumElapsedMs = 0\n',
    why: [
      'Any answer puts off the check that a quorum answers. With five voters, or three and a',
      'learner, the leader keeps the link to one follower only: it leads on for ever, its',
      'clients wait for commits that cannot come, and that follower keeps its lease, so that a',
      'majority which needs its vote never gets another leader.',
    ].join(' '),
    origin: 'Cloudflare 2020-11-02 (partial partition, 6 h 33 min); etcd check-quorum',
    blind: true,
  },
  {
    name: 'half-of-even',
    file: `${RAFT}/members/quorum.ts`,
    find: 'indexes[voters.length >> 1]',
    replace: 'indexes[(voters.length - 1) >> 1]',
    why: [
      'Right for three and five voters; of two or four, half is a majority. A group that has',
      'grown to four is split two and two: either side elects a leader and commits, and two',
      'different entries are applied at the same index.',
    ].join(' '),
    origin: 'openraft #1802, d60f1e85 (majority arithmetic); CCF, quorum tally (arXiv 2406.17455)',
    blind: true,
  },
  {
    name: 'resend-only-what-is-new',
    file: `${RAFT}/leading/replies.ts`,
    find: "if (peer.match < core.log.lastIndex || peer.state === 'probe') sendAppend(core, peer)",
    replace:
      "if (peer.next <= core.log.lastIndex || peer.state === 'probe') sendAppend(core, peer)",
    why: [
      'What was sent counts as received. The last entries of a pipeline are lost on the way to',
      'F and nothing further is proposed: next is already behind the log, so that no heartbeat',
      'answer brings the append that would show the gap. F never catches up; a leader whose',
      'every copy was lost never commits; a transfer to F, during which proposals are refused,',
      'never succeeds.',
    ].join(' '),
    origin: 'etcd #14633; etcd testdata replicate_pause, heartbeat_resp_recovers_from_probing',
    blind: true,
  },
  {
    name: 'cut-tail-counts-as-written',
    file: `${RAFT}/log/log.ts`,
    find: '    this.#written = Math.min(this.#written, last)\n',
    replace: '',
    why: [
      'F has written 5 to 7 of term 1; a new leader replaces them by 5 and 6 of term 2. They',
      'look written, so that no write ever holds them, yet they are acknowledged and the leader',
      'commits them with F. F restarts with 5 to 7 of term 1, the leader dies: whoever is',
      'elected lacks the acknowledged 5 and 6.',
    ].join(' '),
    origin: 'etcd unstable.truncateAndAppend, async_storage_writes_append_aba_race',
    blind: true,
  },
  {
    name: 'acknowledge-write-in-flight',
    file: `${RAFT}/core.ts`,
    find: 'return this.hasUnwritten ? this.outbox.nextNumber : this.outbox.number',
    replace: 'return this.hasUnwritten ? this.outbox.nextNumber : 0',
    why: [
      'Nothing new to write is taken for nothing to wait for. F has handed 7 to its log writer',
      'and not had it back when the same append comes again, or an empty one behind 7 that only',
      'carries a commit index: acknowledged at once. The leader commits 7 with F and answers; F',
      'loses power before its sync, the leader is lost: 7 is gone.',
    ].join(' '),
    origin: 'etcd asynchronous storage (StorageAppendResp rides on every append while unstable)',
    blind: true,
  },
  {
    name: 'image-covered-by-length',
    file: `${RAFT}/roles/receive.ts`,
    find: 'log.term(image.index) === image.term',
    replace: 'image.index <= log.lastIndex',
    why: [
      'A was leader in term 1 and was cut off with 5 to 30 of its own, never committed. The',
      'others went on in term 2, took an image at 15 and dropped what was before. A comes back',
      'and is sent the image: its log is longer than that, so it declares itself covered,',
      'commits its own 5 to 15 and applies them.',
    ].join(' '),
    origin:
      'Raft paper figure 13, rule 6; raft-rs and etcd restore (matchTerm before fast-forward)',
    blind: true,
  },
  {
    name: 'image-of-newest-members',
    file: `${RAFT}/log/log.ts`,
    find: 'const { members, membersIndex } = this.#members.at(this.#applied)',
    replace: 'const { members, membersIndex } = this',
    why: [
      'An image of 1 to 10 names the members of entry 12, which is not committed. A new leader',
      'cuts 12 off: the replica cannot go back to the members before it, for the image has',
      'taken their place. Sent to a follower, such an image speaks of an entry that it does not',
      'cover and is refused for ever; installed or restarted from, it lets a quorum decide that',
      'never was one.',
    ].join(' '),
    origin: 'openraft 447dc11c, dba24036; canonical/raft #250, #329 (members across images)',
    blind: true,
  },
  {
    name: 'joint-phase-left-early',
    file: `${RAFT}/leading/lead.ts`,
    find: 'if (membersIndex > commit) return',
    replace: 'if (membersIndex > commit && !isJoint(members)) return',
    why: [
      'Leader 1 changes voters 1, 2, 3 into 1, 4, 5. Before the joint entry is committed an',
      'older entry is, and the leader already appends the end of the joint phase. 2 and 3, cut',
      'off, have neither entry and elect 2 by the old majority; 1, 4 and 5 go on by the new',
      'one. Both commit under the same indexes.',
    ].join(' '),
    origin: 'etcd-io/raft 477ebd8, #456 (leaving the joint phase); openraft 6c0ccaf3',
    blind: true,
  },
  {
    name: 'read-joins-open-round',
    file: `${RAFT}/leading/read-rounds.ts`,
    find: '    this.#waiting.push(ask)\n',
    replace: [
      '    if (this.isOpen) this.#open = [...this.#open, ask]',
      '    else this.#waiting.push(ask)',
      '',
    ].join('\n'),
    why: [
      'A round begins at commit 6. While its heartbeats are out, 7 is committed and its client',
      'is answered; then a read comes by way of follower G and joins the round that is out. It',
      'is told 6, which G has applied, and does not see 7. And the answers that confirm it were',
      'given before it was asked: a leader deposed in between serves it as well.',
    ].join(' '),
    origin: 'etcd #20418, #21399; etcd-io/raft #397 (reads that share a context)',
    blind: true,
  },
  {
    name: 'transfer-never-expires',
    file: `${RAFT}/leading/transfer.ts`,
    find: 'electionMs || !member)',
    replace: 'electionMs && !member)',
    why: [
      'A transfer ends by time only if its target has left as well. The one message that tells',
      'the target to campaign is lost in a cut, or the target is dead. Nothing is appended, so',
      'nothing is acknowledged, and the message is not sent again: the leader refuses every',
      'proposal, for good, in a group that has long healed.',
    ].join(' '),
    origin: 'hashicorp/raft #570, #581; etcd TestLeaderTransferTimeout',
    blind: true,
  },
]
