package io.elasticjob.integration;

import java.lang.management.ManagementFactory;
import java.util.Set;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.server.ConnectionMXBean;
import org.apache.zookeeper.server.DataTreeMXBean;
import org.apache.zookeeper.server.ZooKeeperServerMXBean;

/** What a ZooKeeper server in this JVM itself counts; it is asked in process, so that asking is not counted. */
final class ServerBooks {

    private static final MBeanServer BEANS = ManagementFactory.getPlatformMBeanServer();

    private final String server;

    ServerBooks(TestingServer server) {
        this.server = "org.apache.ZooKeeperService:name0=StandaloneServer_port" + server.getPort();
    }

    /** From all clients: connects, requests and pings. A client sends no ping while it sends something every second. */
    long packetsReceived() {
        return bean("", ZooKeeperServerMXBean.class).getPacketsReceived();
    }

    /** All nodes, ZooKeeper's own included. */
    int nodes() {
        return bean(",name1=InMemoryDataTree", DataTreeMXBean.class).getNodeCount();
    }

    int watches() {
        return bean(",name1=InMemoryDataTree", DataTreeMXBean.class).getWatchCount();
    }

    /** The one session that there is. */
    ConnectionMXBean onlySession() {
        return bean(",name1=Connections,name2=*,name3=*", ConnectionMXBean.class);
    }

    private <T> T bean(String name, Class<T> type) {
        try {
            Set<ObjectName> found = BEANS.queryNames(new ObjectName(server + name), null);
            if (found.size() != 1) {
                throw new AssertionError(server + name + " names " + found);
            }
            return JMX.newMXBeanProxy(BEANS, found.iterator().next(), type);
        } catch (MalformedObjectNameException e) {
            throw new AssertionError(e);
        }
    }
}
