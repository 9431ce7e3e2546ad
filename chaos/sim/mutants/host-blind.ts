/**
 * Mutants of store, host and links by an author who had read those and what others tell of their
 * own, and nothing of the simulation that is to find them. Each is one slip of a kind that somebody
 * has shipped.
 */

import type { Mutant } from './mutant.ts'

const STORE = 'src/raft/store'
const SEGMENTS = 'src/base/segments'
const HOST = 'src/raft/host'
const LINKS = 'src/raft/links'

const drafts: readonly Omit<Mutant, 'scenario' | 'blind'>[] = [
  {
    name: 'segment-rolled-before-its-tail-is-synced',
    file: `${STORE}/store.ts`,
    find: 'this.#synced(() => this.#roll())',
    replace: 'this.#roll()',
    why: [
      'The head of the next segment says where this one ends while the end of this one is still in',
      'the page cache. The power fails: the old segment breaks before the byte that its successor',
      'vouches for, and an honest disk is judged damaged: the node must rejoin as if it had lost',
      'its disk. Three nodes on one power line lose the cluster.',
    ].join(' '),
    origin: 'google/leveldb db_impl.cc: a rotated log is closed without a sync',
  },
  {
    name: 'page-cache-believed-after-a-restart',
    file: `${SEGMENTS}/scan.ts`,
    find: 'const durableBytes = Math.max(syncedBytes, headBytes)',
    replace: 'const durableBytes = Math.max(endBytes, headBytes)',
    why: [
      'A process dies between a write and its sync. Its successor reads the frame from the page',
      'cache, takes it for durable and acknowledges what is in it; then the power fails, and what',
      'a quorum had acknowledged is on no disk.',
    ].join(' '),
    origin: 'Rebello et al., ATC 2020: restarts must not trust the page cache',
  },
  {
    name: 'last-index-never-moves-back',
    file: `${STORE}/group-state.ts`,
    find: 'state.lastIndex = Math.max(last.index, state.filed.image.index)',
    replace: 'state.lastIndex = Math.max(last.index, state.lastIndex)',
    why: [
      'A new leader writes 5 over the 5 to 9 of an old one. The log goes on saying that it ends at',
      '9; opened again it lacks four entries that nobody ever promised, and is called damaged.',
    ].join(' '),
    origin: 'SandTable WRaft/incorrect_appending_entries; hashicorp/raft-boltdb, LastIndex',
  },
  {
    name: 'fate-unknown-told-as-refused',
    file: `${HOST}/calls.ts`,
    find: 'for (const { done } of this.#proposals.values()) this.give(done, UNKNOWN)',
    replace:
      'for (const { done } of this.#proposals.values())\n' +
      "      this.give(done, { kind: 'refused', code: 'replaced' })",
    why: [
      'A leader deposed tells its clients that what is on its way will never happen. The next',
      'leader holds the entry and commits it: what was denied is there.',
    ].join(' '),
    origin: 'jepsen.io/analyses: indefinite failures reported as definite ones, in most systems',
  },
  {
    name: 'gap-before-the-newest-segments-is-damage',
    file: `${SEGMENTS}/names.ts`,
    find: 'newestFirst.filter((number, i) => number === (newestFirst[0] as number) - i).reverse()',
    replace: 'newestFirst.reverse()',
    why: [
      'Two segments are removed, and the power fails when the folder has forgotten the second but',
      'not the first. The chain seems to break where nothing is missing that anybody needs, and a',
      'sound node refuses to start.',
    ].join(' '),
    origin: 'Pillai et al., OSDI 2014: removals of files reach the disk in any order',
  },
  {
    name: 'hello-awaited-for-ever',
    file: `${LINKS}/line.ts`,
    find: 'this.#timer = clock.after(limits.handshakeMs, () => {',
    replace:
      'this.#timer = clock.after(limits.handshakeMs, () => {\n' +
      "      if (this.#state === 'connecting') return",
    why: [
      'Whoever was called took the connection and its answer was lost. The caller waits for a',
      'hello that never comes, and never calls again: the two never hear each other.',
    ].join(' '),
    origin: 'facts of every transport: a missing timeout of a call (madsim leaks, RR#654)',
  },
  {
    name: 'image-queue-dead-after-a-loss',
    file: `${LINKS}/image-queue.ts`,
    find: 'this.#timer?.cancel()\n    this.#timer = undefined\n    return lost',
    replace: 'this.#timer?.cancel()\n    return lost',
    why: [
      'The connection closes while a chunk waits for its turn. The timer is cancelled but still',
      'counts as running, so no chunk ever starts the queue again: whoever needs an image from',
      'this node waits for ever.',
    ].join(' '),
    origin: 'etcd-io/etcd#10308 (a follower never leaves the snapshot state)',
  },
  {
    name: 'frame-vouches-for-unsynced-bytes',
    file: `${SEGMENTS}/segment-file.ts`,
    find: 'offset, syncedTo: this.#syncedTo, chain: this.#chain }',
    replace: 'offset, syncedTo: offset, chain: this.#chain }',
    why: [
      'A frame says that all before it was synced when some of it was only written. The power',
      'fails and keeps the later page but not the earlier: the break is taken for damage below',
      'what was promised, and a sound node is sent away.',
    ].join(' '),
    origin: 'Alagappan et al., FAST 2018: telling a torn tail from damage in the middle',
  },
  {
    name: 'old-image-gone-before-the-new-is-on-record',
    file: `${STORE}/store.ts`,
    find: "an image is durable before it is recorded', image.index)\n    return { image, file }",
    replace:
      "an image is durable before it is recorded', image.index)\n" +
      '    this.#images.recorded(group, image.index)\n    return { image, file }',
    why: [
      'The file of the last image goes when the record of the next is written, not when it is',
      'synced. The power fails in between: the log still names a file that is gone.',
    ].join(' '),
    origin: 'etcd-io/etcd#10219 (order of release)',
  },
  {
    name: 'boot-of-the-past-believed',
    file: `${LINKS}/memory.ts`,
    find: 'return seen.boot < known.boot || (seen.boot === known.boot &&',
    replace: 'return seen.boot < 0 || (seen.boot === known.boot &&',
    why: [
      'A node comes back on a copy of its disk that was made a while ago, under its own name and',
      'identity. It has forgotten what it acknowledged since and votes as if it never had.',
    ].join(' '),
    origin: 'lni/dragonboat on devops (a disk put back); etcd-io/etcd#21178',
  },
]

export const hostBlind: readonly Mutant[] = drafts.map(draft => ({
  ...draft,
  scenario: 'host',
  blind: true,
}))
