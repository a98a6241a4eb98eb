package badly.elasticjob;

import badly.elasticjob.coordination.DecisionThatLogs;
import java.util.concurrent.locks.ReentrantLock;

public record WordThatLocks(ReentrantLock lock, DecisionThatLogs backAndForth) {}
