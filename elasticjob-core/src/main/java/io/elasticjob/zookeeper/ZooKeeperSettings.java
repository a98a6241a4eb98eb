package io.elasticjob.zookeeper;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.common.PathUtils;
import org.jspecify.annotations.Nullable;

/**
 * Where ZooKeeper is, and how to talk to it.
 *
 * @param connectString servers as {@code host:port}, separated by commas, and at the end an optional path under which
 *     everything is to live: {@code zk1:2181,zk2:2181/apps}. A server without a port has 2181; IPv6 goes in brackets
 * @param sessionTimeout asked for; ZooKeeper grants what lies within its own limits
 * @param connectionTimeout how long closing waits for ZooKeeper to confirm
 * @param digest {@code user:password}, or null; with it, nodes are created for this user alone
 * @param tls asked at each connection what it is to be made with; null for plain connections
 * @param rightServer asked before each connection, and again once it is made, whether it is the right server that serves there;
 *     nothing is sent to another one. Null for always. From any thread
 */
public record ZooKeeperSettings(
        String connectString,
        Duration sessionTimeout,
        Duration connectionTimeout,
        @Nullable String digest,
        @Nullable Supplier<ZooKeeperTls> tls,
        @Nullable BooleanSupplier rightServer) {

    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^\\s:\\[\\]/,]+)(?::(\\d{1,5}))?");

    /** @throws IllegalArgumentException that names the property, the value and the rule */
    public ZooKeeperSettings {
        String wrong = wrongWith(connectString.strip());
        if (wrong != null) {
            throw new IllegalArgumentException("elasticjob.registry.connect-string: \"" + connectString
                    + "\" is not a list of ZooKeeper servers (host:port,host:port/path): " + wrong + ".");
        }
        positive("session-timeout", sessionTimeout);
        positive("connection-timeout", connectionTimeout);
        if (digest != null && digest.indexOf(':') < 1) {
            throw new IllegalArgumentException(
                    "elasticjob.registry.digest: the value (not shown) must be user:password, with a colon.");
        }
        connectString = connectString.strip();
    }

    /** To whatever serves there. */
    public ZooKeeperSettings(
            String connectString,
            Duration sessionTimeout,
            Duration connectionTimeout,
            @Nullable String digest,
            @Nullable Supplier<ZooKeeperTls> tls) {
        this(connectString, sessionTimeout, connectionTimeout, digest, tls, null);
    }

    /** With plain connections. */
    public ZooKeeperSettings(
            String connectString, Duration sessionTimeout, Duration connectionTimeout, @Nullable String digest) {
        this(connectString, sessionTimeout, connectionTimeout, digest, null, null);
    }

    /** Whether it is the right server that serves there now. */
    boolean isRightServer() {
        return rightServer == null || rightServer.getAsBoolean();
    }

    /** Without the path. */
    String servers() {
        int slash = connectString.indexOf('/');
        return slash < 0 ? connectString : connectString.substring(0, slash);
    }

    /** The path under which everything lives, empty without one. */
    String root() {
        int slash = connectString.indexOf('/');
        return slash < 0 || slash == connectString.length() - 1 ? "" : connectString.substring(slash);
    }

    /** Does not tell the password. */
    @Override
    public String toString() {
        return "ZooKeeperSettings[connectString=" + connectString + ", sessionTimeout=" + sessionTimeout
                + ", connectionTimeout=" + connectionTimeout + ", digest=" + (digest == null ? "none" : "***")
                + ", tls=" + (tls != null) + "]";
    }

    private static @Nullable String wrongWith(String connectString) {
        int slash = connectString.indexOf('/');
        String servers = slash < 0 ? connectString : connectString.substring(0, slash);
        if (servers.isEmpty()) {
            return "it names no server";
        }
        for (String server : servers.split(",", -1)) {
            Matcher matcher = SERVER.matcher(server.strip());
            if (!matcher.matches()) {
                return "\"" + server + "\" is not host:port";
            }
            String port = matcher.group(2);
            if (port != null && (Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535)) {
                return "the port of \"" + server + "\" must be 1–65535";
            }
        }
        try {
            if (slash >= 0) {
                PathUtils.validatePath(connectString.substring(slash));
            }
            return null;
        } catch (IllegalArgumentException e) {
            return "the path at its end is none, " + e.getMessage();
        }
    }

    private static void positive(String key, Duration duration) {
        if (duration.compareTo(Duration.ofMillis(1)) < 0 || duration.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidSettingException(
                    "elasticjob.registry." + key,
                    Durations.format(duration),
                    "is not a timeout: it must be at least 1ms and at most 1h");
        }
    }
}
