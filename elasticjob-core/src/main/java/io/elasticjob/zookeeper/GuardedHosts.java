package io.elasticjob.zookeeper;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import org.apache.zookeeper.client.HostProvider;

/**
 * Gives a client of ZooKeeper the address of a server only while it is the right one that serves there; else one at which
 * nobody can listen, so that the client fails and asks again. A client that was connected comes back to its only server
 * without a pause the first time, as a mere reset of a connection leaves a short session no time for one. Called on the
 * client's thread.
 */
final class GuardedHosts implements HostProvider {

    private final HostProvider hosts;
    private final ZooKeeperSettings settings;

    /** Whether it was connected since it last asked for a server. */
    private boolean wasConnected;

    GuardedHosts(HostProvider hosts, ZooKeeperSettings settings) {
        this.hosts = hosts;
        this.settings = settings;
    }

    @Override
    public int size() {
        return hosts.size();
    }

    @Override
    public InetSocketAddress next(long spinDelay) {
        InetSocketAddress next = hosts.next(wasConnected ? 0 : spinDelay);
        wasConnected = false;
        return settings.isRightServer() ? next : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public void onConnected() {
        wasConnected = true;
        hosts.onConnected();
    }

    @Override
    public boolean updateServerList(Collection<InetSocketAddress> servers, InetSocketAddress current) {
        return hosts.updateServerList(servers, current);
    }
}
