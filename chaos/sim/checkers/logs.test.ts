/** Objections to logs: what moves back, what contradicts, what was not committed. */

import { bytes, examine, imageOf } from './testing/crimes.ts'
import { membersOf } from './testing/stage.ts'

examine({
  'RAFT-4': {
    'a term that falls': ({ stage, b }) => stage.step(b, () => (b.term = 0)),
    'a commit that falls': ({ stage, a }) => stage.step(a, () => (a.log.commit = 0)),
    'a start with a commit beyond its log': ({ stage, b }) => {
      b.log.commit = 5
      stage.start(b)
    },
    'an image that goes back': ({ stage, b }) => {
      const image = imageOf(b, 1)
      stage.disk(b, durable => (durable.image = image))
      stage.disk(b, durable => (durable.image = imageOf(b, 0)))
    },
    'another vote in the same term': ({ stage, b }) => stage.step(b, () => (b.vote = 3)),
    'a kept term that falls': ({ stage, b }) => stage.disk(b, durable => (durable.term = 0)),
    'a start in another term than was kept': ({ stage, b }) => {
      b.durable.term = 0
      b.durable.vote = 0
      stage.start(b)
    },
    'a start with a shorter log than was kept': ({ stage, b }) => {
      b.log.entries = []
      b.log.durable = 0
      stage.start(b)
    },
  },
  'RAFT-5': {
    'a commit beyond the log': ({ stage, b }) => {
      stage.step(b, () => (b.log.commit = 3))
    },
    'something applied that is not committed': ({ stage, b }) => {
      stage.step(b, () => (b.log.applied = 1))
    },
    'something applied that is not durable here': ({ stage, a }) => {
      stage.propose(a)
      stage.step(a, () => {
        a.log.commit = 2
        a.log.applied = 2
        a.log.durable = 1
      })
    },
    'a belief in durability that the disk does not share': ({ stage, a }) => {
      stage.step(a, () => {
        stage.put(a, 'data', bytes(1))
        a.log.durable = 2
      })
    },
    'something purged that no image holds': ({ stage, b }) => {
      stage.step(b, () => {
        b.log.firstIndex = 2
        b.log.entries.shift()
      })
    },
  },
  'RAFT-6': {
    'two entries of one index and term': ({ stage, a, b }) => {
      stage.propose(a, bytes(1))
      stage.step(b, () => stage.put(b, 'data', bytes(2)))
    },
    'a gap in the log': ({ stage, a }) => {
      stage.step(a, () => {
        a.log.entries.push({ index: 3, term: 1, kind: 'data', data: bytes(1) })
      })
    },
    'a term that falls along the log': ({ stage, b, c }) => {
      stage.elect(b, 2, [c])
      stage.step(b, () => stage.put(b, 'data', bytes(1), 1))
    },
    'an entry of a term that nobody led': ({ stage, b }) => {
      stage.step(b, () => {
        b.term = 5
        stage.put(b, 'term', bytes(), 5)
      })
    },
    'a term that does not open with its own entry': ({ stage, b }) => {
      stage.campaign(b, 2)
      stage.vote(b, stage.hand(3))
      stage.step(b, () => {
        b.role = 'leader'
        stage.put(b, 'data', bytes(1))
      })
    },
    'an entry that was sent and never stood in a log': ({ stage, a, b }) => {
      const entries = [{ index: 2, term: 1, kind: 'data', data: bytes(9) }] as const
      stage.send(a, { ...stage.append(a, b), prevIndex: 1, prevTerm: 1, entries })
    },
    'an append with a gap': ({ stage, a, b }) => {
      stage.propose(a)
      stage.send(a, { ...stage.append(a, b), entries: a.log.entries.slice(1) })
    },
    'an append of a term above its own': ({ stage, a, b }) => {
      stage.send(a, { ...stage.append(a, b), term: 0 })
    },
    'an entry of a term above the own': ({ stage, b }) => {
      stage.step(b, () => stage.put(b, 'term', bytes(), 2))
    },
    'a false term behind nothing new': ({ stage, a, b }) => {
      stage.send(a, { ...stage.append(a, b), prevIndex: 1, prevTerm: 0, entries: [] })
    },
    'a false term before the first entry': ({ stage, a, b }) => {
      stage.propose(a, bytes(1))
      const entries = a.log.entries.slice(1)
      stage.send(a, { ...stage.append(a, b), prevIndex: 1, prevTerm: 0, entries })
    },
  },
  'RAFT-7': {
    'a leader that cuts its log': ({ stage, a }) => {
      stage.propose(a)
      stage.step(a, () => {
        a.log.entries.pop()
        a.log.durable = 1
      })
    },
    'a follower that cuts what a late append does not contradict': ({ stage, a, b }) => {
      const late = stage.append(a, b)
      stage.propose(a)
      stage.replicate(a, b)
      const cut = () => {
        b.log.entries.pop()
        b.log.durable = 1
      }
      stage.step(b, cut, 'message', late)
    },
    'a cut without an append': ({ stage, b }) => {
      const cut = () => {
        b.log.entries = []
        b.log.durable = 0
      }
      stage.step(b, cut, 'persisted')
    },
    'a cut for an append of an older term': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.elect(c, 2, [b])
      const cut = () => {
        b.log.entries.pop()
        b.log.durable = 1
      }
      stage.step(b, cut, 'message', stage.append(a, b))
    },
    'a leader that installs an image': ({ stage, a }) => {
      stage.propose(a)
      stage.step(a, () => {
        a.log.image = imageOf(a, 2)
        a.log.entries = []
        a.log.firstIndex = 3
        a.log.commit = 2
      })
    },
    'a follower that cuts what is committed': ({ stage, b, c }) => {
      stage.commit(b)
      stage.elect(c, 2, [stage.hand(1)])
      stage.step(b, () => {
        b.log.entries = []
        b.log.durable = 0
      })
    },
    'an image over a newer log that held it': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      const image = imageOf(b, 1)
      stage.step(b, () => {
        b.log.image = image
        b.log.entries = []
        b.log.firstIndex = 2
        b.log.commit = 1
      })
    },
  },
  'RAFT-8': {
    'a commit that no quorum holds': ({ stage, a }) => {
      stage.propose(a)
      stage.commit(a)
    },
    'a commit that counts a learner': ({ stage, a, b }) => {
      const joint = membersOf([1, 3], [1, 2, 3], [2])
      stage.change(a, joint)
      stage.replicate(a, b)
      stage.replicate(a, stage.hand(3))
      stage.commit(a)
      const alone = membersOf([1, 3], [], [2])
      stage.change(a, alone)
      stage.replicate(a, b)
      stage.commit(a)
    },
    'a commit that counts one half of a joint phase': ({ stage, a, b }) => {
      stage.change(a, membersOf([1, 4, 5], [1, 2, 3]))
      stage.replicate(a, b)
      stage.commit(a)
    },
    'an entry of an earlier term, committed by counting': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.elect(b, 2, [c])
      stage.replicate(b, c)
      stage.commit(b, 2)
    },
    'a follower that commits what no leader has': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.commit(b)
    },
    'a follower that commits what the append did not show': ({ stage, a, b, c }) => {
      stage.propose(a)
      for (const hand of [b, c]) stage.replicate(a, hand)
      stage.commit(a)
      const message = { ...stage.append(a, b), entries: a.log.entries.slice(0, 1) }
      stage.step(b, () => (b.log.commit = 2), 'message', message)
    },
    'a follower that commits another entry': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.elect(b, 2, [c])
      stage.replicate(b, c)
      stage.commit(b)
      stage.step(a, () => {
        a.role = 'follower'
        a.term = 2
        a.log.commit = 2
      })
    },
  },
  'RAFT-9': {
    'a leader that lacks what is committed': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.commit(a)
      stage.campaign(c, 2)
      stage.send(b, { type: 'vote-reply', from: b.id, to: c.id, term: 2, granted: true })
      stage.objections.length = 0
      stage.win(c)
    },
    'a commit that a later leader turns out to lack': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.campaign(c, 2)
      stage.vote(c, b)
      stage.win(c)
      stage.disk(b, durable => durable.terms.push(1))
      stage.objections.length = 0
      stage.commit(a)
    },
  },
})
