import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Domains 1 to 101 have ports that no other program is given. */
const DOMAINS = 101

const claimOf = (domain: number) => join(tmpdir(), `dice_monitor_domain_${domain}`)

/** A ROS domain that no other test on this machine uses, of this run or of another. */
export function claimDomain(): number {
  const first = process.pid * 13
  for (let i = 0; i < DOMAINS; i++) {
    const domain = 1 + ((first + i) % DOMAINS)
    if (isClaimed(domain)) continue
    try {
      writeFileSync(claimOf(domain), String(process.pid), { flag: 'wx' })
      return domain
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  throw new Error(`all of ${DOMAINS} ROS domains are in use by tests`)
}

export function releaseDomain(domain: number): void {
  rmSync(claimOf(domain), { force: true })
}

/** Whether a process that is alive holds the domain; what a dead one has left is removed. */
function isClaimed(domain: number): boolean {
  let owner: number
  try {
    owner = Number(readFileSync(claimOf(domain), 'utf8'))
  } catch {
    return false
  }
  try {
    process.kill(owner, 0)
    return true
  } catch {
    releaseDomain(domain)
    return false
  }
}
