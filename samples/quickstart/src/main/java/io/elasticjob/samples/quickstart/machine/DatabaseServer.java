package io.elasticjob.samples.quickstart.machine;

import java.nio.file.Path;
import java.sql.SQLException;
import org.h2.tools.Server;

/** The database in a process of its own, for copies on several machines: {@code serve-database} with the name of a file. */
public final class DatabaseServer {

    /** Where it is served unless another port is asked for. */
    public static final int PORT = 9092;

    private DatabaseServer() {}

    /**
     * Serves one database, under the name {@code quickstart}, until the process ends. Who connects first sets the password.
     *
     * @param port 0 for any
     * @return the port
     */
    public static int start(Path file, int port) throws SQLException {
        return Server.createTcpServer(
                        "-tcpPort",
                        String.valueOf(port),
                        "-tcpAllowOthers",
                        "-ifNotExists",
                        "-key",
                        "quickstart",
                        file.toAbsolutePath().toString())
                .start()
                .getPort();
    }
}
