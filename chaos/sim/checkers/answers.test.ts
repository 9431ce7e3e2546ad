/** Objections to how replicas answer: to the past, to those who deserve a vote, to silence. */

import { expect, test } from 'vitest'
import { defaultTimes, patience } from '../../../src/raft/options.ts'
import { examine, heartbeat, peer } from './testing/crimes.ts'
import { type Hand, Stage } from './testing/stage.ts'

const INSISTS_MS = patience.insists * defaultTimes.electionMs

/** It asked so long ago whether it would win; 1 led. */
function asks(stage: Stage, hand: Hand, elapsedMs: number): void {
  stage.step(hand, () => {
    hand.leader = 1
  })
  stage.step(hand, () => {
    stage.become(hand, 'pre-candidate', 1, 1)
    hand.leader = 0
    hand.electionElapsedMs = elapsedMs
  })
}

examine({
  'RAFT-24': {
    'a follower that obeys the leader of an older term': ({ stage, a, b, c }) => {
      stage.elect(b, 2, [c])
      stage.step(c, () => (c.leader = a.id), 'message', heartbeat(a, c, 0))
    },
    'a leader that counts an acknowledgement of an older term': ({ stage, a, b, c }) => {
      const ack = stage.ack(a, c, 1)
      stage.elect(b, 2, [c])
      b.peers = [peer(c, { match: 0, next: 1 })]
      stage.step(b, () => {})
      stage.step(b, () => (b.peers = [peer(c, { match: 1, next: 2 })]), 'message', ack)
    },
    'a leader of an older term that is told nothing': ({ stage, a, b, c }) => {
      stage.elect(b, 2, [c])
      stage.step(c, () => {}, 'message', heartbeat(a, c, 0))
      stage.step(c, () => {}, 'tick')
    },
    'a timer that begins anew for an older term': ({ stage, a, b, c }) => {
      stage.elect(b, 2, [c])
      stage.step(c, () => (c.electionElapsedMs = 500), 'tick')
      stage.step(c, () => (c.electionElapsedMs = 0), 'message', heartbeat(a, c, 0))
    },
  },
  'RAFT-25': {
    'a vote withheld from a log that is as good': ({ stage, b, c }) => {
      stage.campaign(b, 2)
      stage.step(c, () => stage.become(c, 'follower', 2, 0), 'message', stage.ask(b, c))
    },
    'a vote withheld from a shorter log of a newer term': ({ stage, a, b, c }) => {
      stage.elect(b, 2, [c])
      stage.propose(a)
      stage.propose(a)
      stage.campaign(c, 3)
      stage.replicate(b, c)
      stage.step(a, () => stage.become(a, 'follower', 3, 0), 'message', {
        ...stage.ask(c, a),
        ...{ term: 3, lastIndex: 2, lastTerm: 2 },
      })
    },
    'a promise withheld though no leader is heard': ({ stage, b, c }) => {
      stage.step(c, () => (c.electionElapsedMs = 5000), 'tick')
      stage.step(c, () => {}, 'message', { ...stage.ask(b, c), type: 'pre-vote', term: 2 })
      stage.send(c, { type: 'pre-vote-reply', from: c.id, to: b.id, term: 1, granted: false })
    },
    'a promise withheld from an earlier successor': ({ stage, b, c }) => {
      asks(stage, c, 0)
      stage.step(c, () => {}, 'message', { ...stage.ask(b, c), type: 'pre-vote', term: 2 })
      stage.send(c, { type: 'pre-vote-reply', from: c.id, to: b.id, term: 1, granted: false })
    },
    'a promise withheld from a later successor for too long': ({ stage, b, c }) => {
      asks(stage, b, INSISTS_MS)
      stage.step(b, () => {}, 'message', { ...stage.ask(c, b), type: 'pre-vote', term: 2 })
      stage.send(b, { type: 'pre-vote-reply', from: b.id, to: c.id, term: 1, granted: false })
    },
    'a promise to a later successor by one who asks himself': ({ stage, b, c }) => {
      asks(stage, b, INSISTS_MS - 1)
      stage.step(b, () => {}, 'message', { ...stage.ask(c, b), type: 'pre-vote', term: 2 })
      stage.send(b, { type: 'pre-vote-reply', from: b.id, to: c.id, term: 2, granted: true })
    },
  },
  'RAFT-26': {
    'an election for a late tick alone': ({ stage, b }) => {
      stage.step(b, () => stage.become(b, 'pre-candidate', 1, b.vote), 'late-tick')
    },
    'an election for a second late tick': ({ stage, b }) => {
      stage.step(b, () => (b.electionElapsedMs = 900), 'late-tick')
      stage.step(b, () => stage.become(b, 'pre-candidate', 1, b.vote), 'late-tick')
    },
    'a dead leader that is followed still': ({ stage, a, b }) => {
      stage.step(b, () => (b.leader = a.id), 'suspect')
    },
  },
})

test('what is not due may be withheld', () => {
  const stage = new Stage(3)
  const [a, b, c] = [stage.hand(1), stage.hand(2), stage.hand(3)]
  stage.elect(a, 1, [b, c])
  for (const other of [b, c]) stage.replicate(a, other)
  stage.campaign(b, 2)
  // It hears its leader, and nobody forces it.
  stage.step(c, () => (c.leader = a.id))
  stage.step(c, () => {}, 'message', { ...stage.ask(b, c), forced: false })
  // Its own log is better.
  stage.step(c, () => {}, 'message', { ...stage.ask(b, c), lastIndex: 0 })
  // It is not a request at all, or not for this replica.
  stage.step(c, () => {}, 'message', { ...stage.ask(b, c), lastIndex: Number.NaN })
  stage.step(a, () => {}, 'message', stage.ask(b, c))
  expect(stage.objections).toEqual([])
})

test('a later successor whose log is better gets the promise of an earlier one', () => {
  const stage = new Stage(3)
  const [a, b, c] = [stage.hand(1), stage.hand(2), stage.hand(3)]
  stage.elect(a, 1, [b, c])
  for (const other of [b, c]) stage.replicate(a, other)
  asks(stage, b, 0)
  const better = { ...stage.ask(c, b), type: 'pre-vote', term: 2, lastIndex: 9 } as const
  stage.step(b, () => {}, 'message', better)
  stage.send(b, { type: 'pre-vote-reply', from: b.id, to: c.id, term: 2, granted: true })
  expect(stage.objections).not.toContain('RAFT-25')
})

test('a third late tick in a row may start an election', () => {
  const stage = new Stage(3)
  const b = stage.hand(2)
  for (const elapsedMs of [900, 950]) {
    stage.step(b, () => (b.electionElapsedMs = elapsedMs), 'late-tick')
  }
  stage.step(b, () => stage.become(b, 'pre-candidate', 0, 0), 'late-tick')
  expect(stage.objections).toEqual([])
})
