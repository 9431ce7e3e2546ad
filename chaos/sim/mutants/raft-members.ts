/** Known bugs of membership: who counts, since when, and how one set turns into the next. */

import type { Mutant } from './mutant.ts'

const LEAD = 'src/raft/leading/lead.ts'
const PROPOSE = 'src/raft/leading/propose.ts'
const LOG = 'src/raft/log/log.ts'
const PENDING = 'if (log.membersIndex > log.commit || isJoint(log.members)) '
/** What stands in `changeMembers` between the guard of the own term and the entry. */
const REST_OF_CHANGE =
  `  ${PENDING}return core.refuse('change-pending')\n` +
  "  if (expectedMembersIndex !== log.membersIndex) return core.refuse('members-moved')\n" +
  '  const problem = wishProblem(wish) ?? laggardProblem(core, leading, wish)\n' +
  '  if (problem !== undefined) return core.refuse(problem)\n'

export const membership: readonly Mutant[] = [
  {
    name: 'learner-counts-in-the-quorum',
    file: LEAD,
    find: 'const index = quorumIndex(log.members, id => {',
    replace:
      'const { members: known } = log\n' +
      '  const voters = [...known.voters, ...known.learners]\n' +
      '  const index = quorumIndex({ ...known, voters }, id => {',
    why: 'Learners hold what too few voters hold: voters without it elect one of themselves.',
    origin: 'Ongaro, dissertation 4.2.1; openraft 1802',
  },
  {
    name: 'single-step-membership',
    file: 'src/raft/members/members.ts',
    find: 'outgoing: same ? [] : current.voters, learners }',
    replace: 'outgoing: [], learners }',
    why: 'Old and new voters have majorities without a common member: two leaders.',
    origin: 'Raft, section 6; Jepsen, Redis-Raft',
  },
  {
    name: 'one-voter-step-before-own-term',
    file: PROPOSE,
    find:
      "  if (log.commit < leading.termStart) return core.refuse('not-ready')\n" +
      REST_OF_CHANGE +
      '  const data = encodeMembers(enter(log.members, wish))',
    replace:
      REST_OF_CHANGE +
      '  const wished = new Set(wish.voters)\n' +
      '  const kept = log.members.voters.filter(id => wished.has(id)).length\n' +
      '  const moved = log.members.voters.length + wished.size - 2 * kept\n' +
      '  const joint = enter(log.members, wish)\n' +
      '  const data = encodeMembers(moved === 1 ? { ...joint, outgoing: [] } : joint)',
    why:
      'Single steps of one voter are safe only behind an entry of the own term: two leaders in ' +
      'turn each add or remove one, and the two sets need not share a majority.',
    origin: 'Ongaro, raft-dev 2015-07-09, a bug in single-server changes',
  },
  {
    name: 'change-over-a-change',
    file: PROPOSE,
    find: `${PENDING}return core.refuse('change-pending')`,
    replace: '',
    why: 'A third set replaces the joint phase of the first two before it is decided.',
    origin: 'etcd-io/raft pendingConfIndex, 477ebd8',
  },
  {
    name: 'joint-phase-decided-by-one-half',
    file: 'src/raft/members/quorum.ts',
    find: 'return Math.min(incoming, majorityIndex(members.outgoing, reached))',
    replace: 'return Math.max(incoming, majorityIndex(members.outgoing, reached))',
    why: 'New voters decide without the old ones, which know nothing of them yet.',
    origin: 'openraft 6c0ccaf3; Raft, section 6',
  },
  {
    name: 'joint-phase-never-left-by-a-successor',
    file: LEAD,
    find: 'if (isJoint(members)) {',
    replace: 'if (isJoint(members) && membersIndex >= leading.termStart) {',
    why: 'The leader dies in the joint phase; its successor never ends it and takes no change.',
    origin: 'etcd-io/raft 477ebd8, bd3c759, e515a67',
  },
  {
    name: 'members-not-rolled-back',
    file: LOG,
    find: 'this.#members.truncate(fromIndex)',
    replace: '',
    why: 'A follower goes by members whose entry was cut off, and elects or refuses by them.',
    origin: 'openraft 447dc11c; canonical/raft#250',
  },
  {
    name: 'members-lost-by-an-image',
    file: LOG,
    find: 'this.#members.reset(image)',
    replace: '',
    why: 'A replica that was brought up by an image goes by the members of long ago.',
    origin: 'openraft dba24036, 01e813a5; canonical/raft#329',
  },
  {
    name: 'compaction-forgets-a-change',
    file: 'src/raft/members/history.ts',
    find: 'this.#keep([image, ...later])',
    replace: 'this.#keep([image])',
    why: 'An image is taken while a change stands behind it in the log: the replica forgets it.',
    origin: 'canonical/raft#329',
  },
  {
    name: 'members-forgotten-over-restart',
    file: LOG,
    find: 'for (const entry of entries) this.#noteMembers(entry)',
    replace: '',
    why: 'A restarted replica goes by the members of its image and misses what the log says.',
    origin: 'openraft 6c0ccaf3, joint members at start-up',
  },
  {
    name: 'removed-leader-leads-on',
    file: LEAD,
    find: '} else if (!isVoter(members, core.self)) {',
    replace: '} else if (members.voters.length === 0) {',
    why: 'A leader that is no member any more leads a group that cannot get rid of it.',
    origin: 'etcd-io/raft#83, confchange_v1_remove_leader_stepdown',
  },
  {
    name: 'learner-campaigns',
    file: 'src/raft/tick.ts',
    find: 'if (core.isVoter && core.electionElapsedMs',
    replace: 'if (core.log.members.voters.length > 0 && core.electionElapsedMs',
    why: 'A learner or a removed replica becomes leader of a group in which it has no vote.',
    origin: 'etcd-io/raft promotable(); openraft 39690593',
  },
  {
    name: 'wish-from-older-members',
    file: PROPOSE,
    find: "if (expectedMembersIndex !== log.membersIndex) return core.refuse('members-moved')",
    replace: "if (expectedMembersIndex > log.membersIndex) return core.refuse('members-moved')",
    why: 'Two operators compute from the same members: the second undoes the change of the first.',
    origin: 'dragonboat OrderedConfigChange',
  },
  {
    name: 'voter-gone-before-it-is-decided',
    file: LOG,
    find: 'return this.#members.possible(this.#commit).some(members => isVoter(members, id))',
    replace: 'return false',
    why:
      'A replica whose removal is in its log and not committed asks nobody, and has the only log ' +
      'that could win: nobody is elected any more.',
    origin: 'Ongaro, dissertation 4.2.2: a server that is not in its own latest configuration',
  },
]
