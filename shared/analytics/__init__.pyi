from .watching import COUNTED, HostedAnalytics, WrongTime, hosted_analytics

__all__ = ["COUNTED", "HostedAnalytics", "WrongTime", "hosted_analytics"]
