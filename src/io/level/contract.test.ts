/** The state store on LevelDB keeps the contract that the simulated one keeps. */

import { cpSync } from 'node:fs'
import { type StateRig, stateContract } from '../../../chaos/sim/contract/state.ts'
import { tempFolder } from '../testing/folder.ts'
import { LevelStore, lockFolder } from './store.ts'
import { down, stillLog, told } from './testing/run.ts'

/** A process that dies leaves its files as they are: the next one works on a copy of them. */
class Folder implements StateRig {
  #folder = tempFolder()
  readonly told = told

  async begin(bootId: string | undefined, store: string) {
    const folder = this.#folder
    const fail = (error: unknown) => {
      throw error
    }
    const options = { folder, store, log: stillLog, bootId, onFailed: fail }
    const level = await LevelStore.begin(await lockFolder(folder), options)
    return {
      isKept: level.verdict.keep,
      space: level.space.bind(level),
      close: () => level.close(),
      kill: async () => {
        await down(level)
        this.#folder = tempFolder()
        cpSync(folder, this.#folder, { recursive: true })
        await level.close()
      },
    }
  }
}

stateContract('the state store on LevelDB', () => new Folder())
