/** Objections to what replicas say to each other, and to how much. */

import type { Message } from '../../../src/raft/messages.ts'
import type { RaftLimits } from '../../../src/raft/options.ts'
import { bytes, examine, heartbeat, imageOf, peer, snapshot } from './testing/crimes.ts'
import { membersOf } from './testing/stage.ts'

examine({
  'RAFT-10': {
    'an acknowledgement before the disk has it': ({ stage, a, b }) => {
      stage.propose(a)
      stage.step(b, () => stage.copy(a, b), 'message', stage.append(a, b))
      stage.send(b, stage.ack(a, b, 2))
    },
    'an acknowledgement of what the leader does not have': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.propose(a)
      stage.replicate(a, b)
      stage.elect(c, 2, [a])
      stage.propose(c, bytes(3))
      stage.step(b, () => stage.become(b, 'follower', 2, 0))
      stage.disk(b, durable => (durable.term = 2))
      stage.send(b, stage.ack(c, b, 3))
    },
    'an acknowledgement that a crash takes back': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      b.durable.terms.pop()
      stage.restart(b)
    },
    'a disk with a commit beyond its log': ({ stage, b }) => {
      stage.disk(b, durable => (durable.commit = 9))
    },
    'an acknowledgement of another entry than stands in the own log': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.elect(c, 2, [b])
      stage.step(b, () => {
        b.log.entries.pop()
        stage.put(b, 'term', bytes(), 2)
        b.log.durable = 1
      })
      stage.step(c, () => stage.become(c, 'follower', 2, 3))
      stage.send(b, stage.ack(c, b, 2))
    },
    'an image told to be there that is not': ({ stage, a, b }) => {
      stage.propose(a)
      const rest = { imageIndex: 2, offset: 0, done: true }
      stage.send(b, { type: 'snapshot-reply', from: b.id, to: a.id, term: 1, ...rest })
    },
  },
  'RAFT-11': {
    'a match that no disk holds': ({ stage, a, b }) => {
      stage.propose(a)
      stage.step(a, () => a.peers.push(peer(b, { match: 2, next: 3 })), 'message')
    },
    'a match that falls': ({ stage, a, b }) => {
      stage.step(a, () => a.peers.push(peer(b, {})), 'message')
      stage.step(a, () => (a.peers = [peer(b, { match: 0 })]), 'message')
    },
    'a next at its match': ({ stage, a, b }) => {
      stage.step(a, () => a.peers.push(peer(b, { next: 1 })), 'message')
    },
  },
  'RAFT-12': {
    'a follower that leads by word': ({ stage, b, c }) => stage.send(b, heartbeat(b, c, 0)),
    'a message in the name of another': ({ stage, a, b, c }) => stage.send(b, heartbeat(a, c, 0)),
    'a leader whose term is not durable': ({ stage, a, b }) => {
      a.durable.term = 0
      stage.send(a, heartbeat(a, b, 0))
    },
    'a heartbeat beyond the own commit': ({ stage, a, b }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.send(a, heartbeat(a, b, 2))
    },
    'a heartbeat beyond what the receiver holds': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, b)
      stage.commit(a)
      stage.send(a, heartbeat(a, c, 2))
    },
  },
  'RAFT-13': {
    'leadership for one that lags': ({ stage, a, b }) => {
      stage.propose(a)
      stage.send(a, { type: 'timeout-now', from: a.id, to: b.id, term: 1 })
    },
    'leadership for a learner': ({ stage, a, b }) => {
      a.log.members = membersOf([1, 3], [], [2])
      stage.send(a, { type: 'timeout-now', from: a.id, to: b.id, term: 1 })
    },
    'a handing over that does not end': ({ stage, a }) => {
      stage.step(a, () => (a.transferee = 2))
      stage.tick(a, 600)
      stage.tick(a, 600)
    },
    'a proposal taken while leadership is handed over': ({ stage, a }) => {
      stage.step(a, () => (a.transferee = 2))
      stage.propose(a)
    },
  },
  'RAFT-14': {
    'an image of what is not committed': ({ stage, a, b }) => {
      stage.propose(a)
      stage.send(a, snapshot(a, b, imageOf(a, 2)))
    },
    'a chunk of nothing': ({ stage, a, b }) => {
      const chunk = snapshot(a, b, imageOf(a, 1))
      stage.send(a, { ...chunk, data: bytes(), last: false } as Message)
    },
    'two images of one index with two chains': ({ stage, a, b, c }) => {
      stage.disk(b, durable => {
        durable.image = imageOf(b, 1)
        durable.terms = []
      })
      stage.send(a, snapshot(a, c, imageOf(a, 1, { chain: 2 })))
    },
  },
})

const small: Partial<RaftLimits> = {
  messageBytesMax: 100,
  entryBytesMax: 80,
  chunkBytesMax: 150,
  uncommittedBytesMax: 200,
  inflightEntriesMax: 5,
  inflightBytesMax: 50,
  readsPendingMax: 10,
}

examine(
  {
    'RAFT-20': {
      'an append over the bound': ({ stage, a, b }) => {
        for (let i = 0; i < 3; i++) stage.propose(a, new Uint8Array(40))
        stage.send(a, stage.append(a, b))
      },
      'an append of more entries than the window takes': ({ stage, a, b }) => {
        for (let i = 0; i < 5; i++) stage.propose(a)
        stage.send(a, stage.append(a, b))
      },
      'two entries for one proposal': ({ stage, a }) => {
        const twice = () => {
          stage.put(a, 'data', bytes(1))
          stage.put(a, 'data', bytes(1))
        }
        stage.step(a, twice, 'propose')
      },
      'a chunk over the bound': ({ stage, a, b }) => {
        stage.send(a, { ...snapshot(a, b, imageOf(a, 1)), data: new Uint8Array(200) } as Message)
      },
      'too much uncommitted': ({ stage, a }) => {
        for (let i = 0; i < 4; i++) stage.propose(a, new Uint8Array(60))
      },
      'an entry over the bound': ({ stage, a }) => stage.propose(a, new Uint8Array(90)),
      'a window over the bound in entries': ({ stage, a, b }) => {
        for (let i = 0; i < 6; i++) stage.propose(a)
        stage.step(a, () => a.peers.push(peer(b, { next: 8 })))
      },
      'a window over the bound in bytes': ({ stage, a, b }) => {
        for (let i = 0; i < 3; i++) stage.propose(a, new Uint8Array(60))
        stage.step(a, () => a.peers.push(peer(b, { next: 5 })))
      },
      'too many reads': ({ stage, b }) => stage.step(b, () => (b.readsPending = 11)),
    },
  },
  small,
)
