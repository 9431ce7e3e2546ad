/** Objections to elections: leaders, votes, promises of votes. */

import { bytes, examine, heartbeat } from './testing/crimes.ts'

examine({
  'RAFT-1': {
    'two leaders in a term': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 1, 2), 'tick')
      stage.step(b, () => (b.role = 'leader'))
      stage.step(c, () => (c.role = 'leader'))
    },
    'a leader without a quorum of votes': ({ stage, b }) => stage.elect(b, 2, []),
    'a leader that counts its own vote before it is durable': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.vote(b, c)
      stage.objections.length = 0
      stage.step(b, () => {
        b.role = 'leader'
        stage.put(b, 'term', bytes())
      })
    },
    'a start as leader': ({ stage, b }) => {
      b.role = 'leader'
      stage.start(b)
    },
    'a leader that goes on in another term': ({ stage, a }) => {
      stage.disk(a, durable => {
        durable.term = 2
        durable.vote = 1
      })
      stage.step(a, () => (a.term = 2))
    },
  },
  'RAFT-2': {
    'a vote for two': ({ stage, a, b, c }) => {
      stage.elect(b, 2, [c])
      stage.disk(c, durable => (durable.vote = 1))
      stage.send(c, { type: 'vote-reply', from: c.id, to: a.id, term: 2, granted: true })
    },
    'a vote for another after a restart that forgot the first': ({ stage, a, b, c }) => {
      stage.campaign(b, 2)
      stage.vote(b, c)
      c.durable.vote = 0
      stage.disk(c, durable => (durable.vote = a.id))
    },
    'a vote told before it is durable': ({ stage, b, c }) => {
      stage.step(c, () => stage.become(c, 'follower', 2, b.id), 'other')
      stage.send(c, { type: 'vote-reply', from: c.id, to: b.id, term: 2, granted: true })
    },
    'a campaign before its own vote is durable': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.send(b, stage.ask(b, c))
    },
    'a leader that votes in its own term': ({ stage, a, b }) => {
      stage.send(a, { type: 'vote-reply', from: a.id, to: b.id, term: 1, granted: true })
    },
  },
  'RAFT-3': {
    'a vote for a shorter log': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.replicate(a, c)
      stage.campaign(b, 2)
      stage.vote(b, c)
    },
    'a promise to a log of an older term, though longer': ({ stage, a, b, c }) => {
      stage.propose(a)
      stage.propose(a)
      stage.elect(b, 2, [c])
      stage.replicate(b, c)
      const end = { lastIndex: a.log.lastIndex, lastTerm: 1 }
      stage.step(a, () => stage.become(a, 'follower', 2, 0))
      stage.step(a, () => (a.role = 'pre-candidate'), 'tick')
      stage.send(a, { type: 'pre-vote', from: a.id, to: c.id, term: 3, ...end })
      c.electionElapsedMs = 5000
      stage.send(c, { type: 'pre-vote-reply', from: c.id, to: a.id, term: 3, granted: true })
    },
    'a promise that nobody asked for': ({ stage, b, c }) => {
      c.electionElapsedMs = 5000
      stage.send(c, { type: 'pre-vote-reply', from: c.id, to: b.id, term: 3, granted: true })
    },
    'a lie about where the own log ends': ({ stage, b, c }) => {
      stage.campaign(b, 2)
      stage.send(b, { ...stage.ask(b, c), lastIndex: 9 })
    },
  },
  'RAFT-22': {
    'a campaign that nobody promised to support': ({ stage, b }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
    },
    'a campaign with the promises of another term': ({ stage, b, c }) => {
      stage.step(c, () => (c.electionElapsedMs = 5000), 'tick')
      stage.send(b, { ...stage.ask(b, c), type: 'pre-vote', term: 3 })
      stage.send(c, { type: 'pre-vote-reply', from: c.id, to: b.id, term: 3, granted: true })
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'message')
    },
    'a campaign that is forced without a leader': ({ stage, b, c }) => {
      stage.step(b, () => stage.become(b, 'candidate', 2, 2), 'tick')
      stage.sync(b)
      stage.objections.length = 0
      stage.send(b, stage.ask(b, c))
    },
  },
  'RAFT-23': {
    'a leader that nobody answers': ({ stage, a, b, c }) => {
      for (let i = 0; i < 40; i++) {
        for (const to of [b, c]) stage.send(a, heartbeat(a, to, 0))
      }
    },
    'a leader that steps down though it is answered': ({ stage, a, b, c }) => {
      for (const to of [b, c]) stage.send(a, heartbeat(a, to, 0))
      stage.step(a, () => {}, 'message', stage.ack(a, b, 1))
      stage.step(a, () => stage.become(a, 'follower', 1, 1), 'tick')
    },
  },
  'RAFT-15': {
    'a pre-vote that resets the timer': ({ stage, b, c }) => {
      stage.step(b, () => (b.electionElapsedMs = 500), 'tick')
      const message = { ...stage.ask(c, b), type: 'pre-vote' } as const
      stage.step(b, () => (b.electionElapsedMs = 0), 'message', message)
    },
    'a vote against a leader that is heard': ({ stage, b, c }) => {
      stage.step(c, () => stage.become(c, 'candidate', 2, 3), 'tick')
      const message = { ...stage.ask(c, b), forced: false }
      stage.step(b, () => stage.become(b, 'follower', 2, 3), 'message', message)
    },
    'a promise against a leader that is heard': ({ stage, b, c }) => {
      stage.step(c, () => stage.become(c, 'pre-candidate', 1, 1), 'tick')
      stage.send(c, { ...stage.ask(c, b), type: 'pre-vote', term: 2 })
      stage.send(b, { type: 'pre-vote-reply', from: b.id, to: c.id, term: 2, granted: true })
    },
  },
})
