/** All checkers of a run, in the order in which they must be told: the witness first. */

import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import type { History } from '../clients/history.ts'
import { Bounds } from './bounds.ts'
import { Calm } from './calm.ts'
import { AskFirst, CheckQuorum } from './campaign.ts'
import type { Checker } from './checker.ts'
import { Committed, LeaderCompleteness } from './commit.ts'
import { DueVotes } from './due.ts'
import { Durability } from './durability.ts'
import { Ballots, ElectionSafety, OneVote, UpToDate } from './election.ts'
import { Ledger } from './ledger.ts'
import { Linearizability } from './linearizability.ts'
import { LogMatching, NoNeedlessCut } from './log.ts'
import { Membership } from './membership.ts'
import { Past } from './past.ts'
import { Patience } from './patience.ts'
import { Monotonic, Order } from './progress.ts'
import { DurablePromises, TrueMatch } from './promise.ts'
import { Reads } from './reads.ts'
import { Images, LeaderSpeech, Transfer } from './speech.ts'
import { EqualStates } from './state.ts'
import { Witness } from './witness.ts'

export interface SuiteOptions {
  readonly history: History
  readonly times: RaftTimes
  readonly limits: RaftLimits
  /**
   * The host takes what the core wants done after several inputs: then nobody can say which answer
   * belongs to which of them, and the rules that do so are left out.
   */
  readonly inTurns?: boolean
}

export interface Suite {
  readonly checkers: readonly Checker[]
  readonly ledger: Ledger
  /** For the clients, to say when a read was asked and how it was answered. */
  readonly reads: Reads
  readonly linearizability: Linearizability
}

export function raftSuite({ history, times, limits, inTurns = false }: SuiteOptions): Suite {
  const ledger = new Ledger()
  const ballots = new Ballots()
  const reads = new Reads(ledger)
  const linearizability = new Linearizability(history)
  const oneVote = new OneVote(ledger, ballots)
  const logs = [new LogMatching(ledger), new NoNeedlessCut(), new Membership(ledger)]
  const commits = [new Committed(ledger), new LeaderCompleteness(ledger)]
  const listeners = [
    ...logs,
    new ElectionSafety(ledger, ballots),
    new AskFirst(),
    ...commits,
    new Transfer(ledger, times.electionMs),
    new Bounds(ledger, limits),
  ]
  const rules = [
    new UpToDate(ledger, inTurns),
    new Monotonic(ledger),
    new Order(),
    new DurablePromises(ledger),
    new TrueMatch(ledger),
    new LeaderSpeech(ledger),
    new Images(ledger),
    new Calm(ledger, times.electionMs, inTurns),
    ...(inTurns ? [] : [new Past(ledger), new DueVotes(ledger, times, limits)]),
    new Patience(ledger),
    new CheckQuorum(ledger, times),
    reads,
    new EqualStates(ledger),
    new Durability(ledger, history),
    linearizability,
  ]
  const witness = new Witness(ledger, listeners)
  return { checkers: [oneVote, witness, ...listeners, ...rules], ledger, reads, linearizability }
}
