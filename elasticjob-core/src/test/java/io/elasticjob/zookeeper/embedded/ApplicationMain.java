package io.elasticjob.zookeeper.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Applications in a process of their own; see {@link ApplicationProcess}. One line in, one line out. */
final class ApplicationMain {
    static final String ANSWER = "> ";

    private ApplicationMain() {}

    public static void main(String[] args) throws IOException {
        Map<String, Application> applications = new HashMap<>();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(ANSWER + answer(applications, line.split(" ")));
        }
    }

    private static String answer(Map<String, Application> applications, String[] command) {
        try {
            if (command[0].equals("open")) {
                Application opened = new Application(Path.of(command[1]), Integer.parseInt(command[2]));
                applications.put(command[1], opened);
                return opened.connectString();
            }
            if (command[0].equals("locked")) {
                try (var seat = new HostSeat(Path.of(command[1]).toRealPath())) {
                    return String.valueOf(!seat.tryTake());
                }
            }
            if (command[0].equals("workers")) {
                return String.valueOf(Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().startsWith("NIOWorkerThread")));
            }
            Application application = applications.get(command[1]);
            switch (command[0]) {
                case "hosts":
                    return String.valueOf(application.hosts());
                case "session":
                    return application.session();
                case "put":
                    application.put(command[2], command[3]);
                    return "done";
                case "value":
                    return application.value(command[2]);
                case "close":
                    application.close();
                    return "done";
                default:
                    return "what?";
            }
        } catch (Exception e) {
            return e.toString();
        }
    }
}
