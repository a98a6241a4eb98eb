package io.elasticjob.benchmarks.environment;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;

/** A connection to beanstalkd: a worker that ends at once what it is given, or one that puts in what is due. */
public final class PlayedConsumer implements AutoCloseable {

    /** Nobody takes so long with what does nothing. */
    private static final int SECONDS_TO_RUN = 60;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** Connects it. */
    public PlayedConsumer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
    }

    /** Takes one after another, on a thread of its own, until it is closed. */
    public void start(Consumer<PlayedWorker.Given> taken) {
        Thread thread = new Thread(() -> takeAll(taken), "beanstalkd-worker");
        thread.setDaemon(true);
        thread.start();
    }

    private void takeAll(Consumer<PlayedWorker.Given> taken) {
        try {
            String ask = "reserve-with-timeout 20\r\n";
            while (true) {
                say(ask);
                String[] answer = line().split(" ");
                if (answer[0].equals("DELETED")) {
                    answer = line().split(" ");
                }
                ask = "reserve-with-timeout 20\r\n";
                if (answer[0].equals("RESERVED")) {
                    byte[] body = in.readNBytes(Integer.parseInt(answer[2]));
                    Instant now = Instant.now();
                    line();
                    String[] what = new String(body, StandardCharsets.US_ASCII).split(" ");
                    taken.accept(new PlayedWorker.Given(what[0], Instant.parse(what[1]), now));
                    ask = "delete " + answer[1] + "\r\n" + ask;
                } else if (!answer[0].equals("TIMED_OUT")) {
                    throw new IOException("beanstalkd answered " + String.join(" ", answer));
                }
            }
        } catch (IOException closed) {
            // by whoever measures, who looks at what was taken
        }
    }

    /** Puts in what is due at that time, and returns when all of it is on the disk. */
    public void put(int count, Instant due) throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String body = due.getEpochSecond() + "/" + i + " " + due;
            all.append("put 1 0 " + SECONDS_TO_RUN + " " + body.length() + "\r\n" + body + "\r\n");
        }
        Thread answers = new Thread(() -> hear(count), "beanstalkd-answers");
        answers.start();
        say(all.toString());
        try {
            answers.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(int count) {
        try {
            for (int i = 0; i < count; i++) {
                String answer = line();
                if (!answer.startsWith("INSERTED")) {
                    throw new IOException("beanstalkd answered " + answer);
                }
            }
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void say(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("beanstalkd has closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
