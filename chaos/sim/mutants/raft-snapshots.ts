/** Known bugs of images: their chunks, their installation, what they replace. */

import type { Mutant } from './mutant.ts'

const RECEIVE = 'src/raft/roles/receive.ts'
const REPLIES = 'src/raft/leading/replies.ts'
const LOG = 'src/raft/log/log.ts'

export const snapshots: readonly Mutant[] = [
  {
    name: 'image-over-a-newer-log',
    file: RECEIVE,
    find: 'const covered = image.index <= log.commit || log.term(image.index) === image.term',
    replace: 'const covered = image.index <= log.commit',
    why: 'The log holds the image and more, acknowledged and not known as committed: it is lost.',
    origin: 'openraft ac3e5a89; Raft, figure 13, 6',
  },
  {
    name: 'image-takes-commits-back',
    file: RECEIVE,
    find: 'const covered = image.index <= log.commit || log.term(image.index) === image.term',
    replace: 'const covered = log.term(image.index) === image.term',
    why: 'A late chunk of an older image takes the place of a log that has gone on since.',
    origin: 'etcd-io/raft restore(); openraft ac3e5a89',
  },
  {
    name: 'chunk-offset-unchecked',
    file: RECEIVE,
    find: 'if (offset !== receiving.nextOffset) {',
    replace: 'if (offset > receiving.nextOffset && last) {',
    why: 'A repeated chunk is counted twice, and the image has a hole where the next one belongs.',
    origin: 'openraft 2eccb9e1',
  },
  {
    name: 'chunk-of-another-image-sent',
    file: REPLIES,
    find: 'if (sending.image.index !== imageIndex || sending.offset !== offset) {',
    replace: 'if (sending.offset !== offset) {',
    why:
      'The disk is slow, and meanwhile the follower is sent a newer image: the bytes of the old ' +
      'one go out under the name of the new.',
    origin: 'openraft 2eccb9e1: what a stream of chunks belongs to',
  },
  {
    name: 'image-acknowledged-before-durable',
    file: RECEIVE,
    find: "core.sendDurable({ type: 'snapshot-reply'",
    replace: "core.send({ type: 'snapshot-reply'",
    why: 'The receiver loses power before the image is synced, and was counted in a quorum.',
    origin: 'etcd#10219',
  },
  {
    name: 'image-installed-before-durable',
    file: 'src/raft/duties.ts',
    find: ' && log.durable >= installing.index',
    replace: '',
    why: 'The state is replaced by an image that a crash takes away again.',
    origin: 'openraft eed681d5, install against apply',
  },
  {
    name: 'applied-beside-an-installation',
    file: 'src/raft/duties.ts',
    find: 'return core.installing === undefined && core.log.hasCommitted',
    replace: 'return core.log.hasCommitted',
    why: 'A second image waits for the first, and entries behind it are handed out meanwhile.',
    origin: 'openraft eed681d5; etcd#18055, two images in a row',
  },
  {
    name: 'chain-lost-by-an-image',
    file: LOG,
    find: 'this.#chain = image.chain\n  }',
    replace: '}',
    why: 'Equal replicas look different from then on, or different ones equal.',
    origin: 'etcd#13766 and the corruption checks that followed it',
  },
  {
    name: 'snapshot-state-never-left',
    file: REPLIES,
    find: 'peer.acknowledged(message.imageIndex)\n    peer.becomeReplicate()',
    replace: 'peer.acknowledged(message.imageIndex)',
    why: 'The follower has the image, and the leader sends it nothing but images for ever.',
    origin: 'etcd#10308, testdata/snapshot_succeed_via_app_resp',
  },
  {
    name: 'lost-chunk-never-repeated',
    file: REPLIES,
    find: 'if (peer.active) askChunk(core, peer)\n    else peer.becomeProbe()',
    replace: 'peer.sending.waitedMs = 0',
    why: 'A chunk or its answer is lost, and the follower waits for it for ever.',
    origin: 'openraft 2eccb9e1, chunk retry',
  },
  {
    name: 'chunk-asked-for-while-it-is-read',
    file: 'src/raft/leading/replicate.ts',
    find: 'if (core.reading.has(peer.id)) return',
    replace: '',
    why:
      'A disk that is slower than the repetition of chunks is given ever more to read, until ' +
      'nothing else gets through.',
    origin: 'our own first sending of images',
  },
  {
    name: 'reading-mark-never-taken-back',
    file: 'src/raft/raft.ts',
    find: 'this.#core.reading.delete(bytes.to)',
    replace: '',
    why: 'A replica is sent one chunk, and then nothing for ever.',
    origin: 'the mend of the one above, done badly',
  },
  {
    name: 'vanished-image-is-waited-for',
    file: REPLIES,
    find: 'peer.becomeProbe()\n    peer.probing = true\n    return',
    replace: 'return',
    why:
      'The image that was being sent is replaced by a newer one on the leader: the follower is ' +
      'offered bytes that are no longer there, again and again.',
    origin: 'openraft afd6508b; etcd ReportSnapshot',
  },
]
