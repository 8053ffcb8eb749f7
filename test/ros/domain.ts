import { createSocket } from 'node:dgram'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Domains 1 to 101 have ports that no other program is given. */
const DOMAINS = 101
/** How many participants of a domain are looked for: one that is left of an ended test need not be the first. */
const PARTICIPANTS = 8

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

/** Whether no participant is in the domain: each has a port of its own, from 7410 + 250 domain on. */
export async function isFree(domain: number): Promise<boolean> {
  for (let i = 0; i < PARTICIPANTS; i++) if (!(await canBind(7410 + 250 * domain + 2 * i))) return false
  return true
}

function canBind(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind({ port, exclusive: true }, () => socket.close(() => resolve(true)))
  })
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
